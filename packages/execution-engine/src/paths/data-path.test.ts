import { describe, expect, it } from 'vitest';
import { parseDataPath, readDataPath } from './data-path.ts';

function read(value: unknown, path: string): unknown {
  const parsed = parseDataPath(path);
  if (typeof parsed === 'string') throw new Error(parsed);
  return readDataPath(value, parsed);
}

describe('data paths', () => {
  const body = {
    ok: true,
    contact: { id: 7, 'first-name': 'Ada' },
    items: [{ id: 1, tags: ['a', 'b'] }, { id: 2 }, null],
    '@odata.nextLink': 'next',
    rows: [[{ n: 1 }], [{ n: 2 }]],
  };

  it.each([
    ['ok', true],
    ['contact.id', 7],
    ['contact.first-name', 'Ada'],
    ['items[1].id', 2],
    ['items[].id', [1, 2]],
    ['items[].tags[]', ['a', 'b']],
    ['contact[]', [7, 'Ada']],
    ['ok[]', undefined],
    ['rows[0][0].n', 1],
    ['rows[][].n', [1, 2]],
    ["['@odata.nextLink']", 'next'],
    ['["contact"]["id"]', 7],
    ['items[9].id', undefined],
    ['contact.missing.id', undefined],
    ['contact[].id', []],
    ['ok.id', undefined],
    ['contact.toString', undefined],
  ])('%s reads %j', (path, expected) => {
    expect(read(body, path)).toEqual(expected);
  });

  it('reads an array at the root', () => {
    expect(read([{ errorCode: 'X' }], '[0].errorCode')).toBe('X');
    expect(read([{ id: 1 }, { id: 2 }], '[].id')).toEqual([1, 2]);
  });

  it.each([
    ['', 'expected a path'],
    ['a..b', "expected a key after '.' at character 3"],
    ['a.', "expected a key after '.' at character 3"],
    ['a[x]', "expected [], [0] or ['key'] at character 2"],
    ['a b', "unexpected ' ' at character 2"],
    ['a.__proto__.b', "'__proto__' cannot stand in a path"],
    ["['constructor']", "'constructor' cannot stand in a path"],
  ])('refuses %j', (path, message) => {
    expect(parseDataPath(path)).toBe(message);
  });
});
