import { describe, expect, it } from 'vitest';
import { previewOf, toolOf } from '../tools.test-support.ts';
import { filters } from './filters.ts';

function filtered(name: string, value: unknown): string {
  return filters.get(name)?.(value) as string;
}

describe('template filters', () => {
  it.each([
    ['soql', 'O\'Brien\\\n"x"', 'O\\\'Brien\\\\\\n\\"x\\"'],
    ['soql', "' OR Name != '", "\\' OR Name != \\'"],
    ['soql_like', "50%_'", "50\\%\\_\\'"],
    ['jql', 'a" OR project = "B\n', 'a\\" OR project = \\"B '],
    ['odata', "O'Neil' or 1 eq 1", "O''Neil'' or 1 eq 1"],
    ['json', 'say "hi"', '"say \\"hi\\""'],
    ['json', { a: [1] }, '{"a":[1]}'],
    ['url', 'a/b?c', 'a%2Fb%3Fc'],
    ['url', 'broken \ud800', 'broken%20%EF%BF%BD'],
    ['base64', 'hé?>', 'aMOpPz4='],
    ['base64url', 'hé?>', 'aMOpPz4'],
    ['line', 'Hi\r\nBcc: x@y.z', 'Hi Bcc: x@y.z'],
    ['byte_length', 'héé', '5'],
    ['byte_length', { content_base64: 'AAEC' }, '3'],
    ['utc', '2026-03-02T15:00:00-05:00', '2026-03-02T20:00:00'],
    ['utc', '2026-03-02T15:00:00.5Z', '2026-03-02T15:00:00'],
    ['utc', 'tomorrow', 'tomorrow'],
    ['utc', '2026-99-99T15:00:00Z', '2026-99-99T15:00:00Z'],
    ['unix', '2026-03-02T15:00:00.9-05:00', '1772481600'],
    ['unix_ms', '2026-03-02T15:00:00.9-05:00', '1772481600900'],
    ['unix', 'tomorrow', 'tomorrow'],
    ['odata', 12, '12'],
  ])('%s turns %j into %j', (name, value, expected) => {
    expect(filtered(name, value)).toBe(expected);
  });
});

describe('x-template', () => {
  const search = toolOf(
    {
      risk: 'read',
      request: { method: 'GET', path: '/query' },
      parameters: {
        query: { type: 'string', required: true, 'x-in': 'none' },
        kind: { type: 'string', default: 'Contact', 'x-in': 'none' },
        owner: { type: 'string', 'x-in': 'none' },
        q: {
          'x-template':
            "SELECT Id FROM {kind} WHERE Name LIKE '%{query|soql_like}%' AND Region = '{region|soql}' {{x}}",
        },
        mine: { 'x-template': 'owner={owner}' },
        mime: { 'x-in': 'none', 'x-template': 'To: {query|line}\r\n\r\n{query}' },
        raw: { 'x-template': '{mime|base64url}' },
      },
    },
    { variables: { region: { default: 'EU' } } },
  );

  it('quotes what it holds, fills defaults and variables, and leaves out what lacks a value', () => {
    const { searchParams } = new URL(previewOf(search, { query: "x' OR '1_" }).url);
    expect(searchParams.get('q')).toBe(
      "SELECT Id FROM Contact WHERE Name LIKE '%x\\' OR \\'1\\_%' AND Region = 'EU' {x}",
    );
    expect(searchParams.has('mine')).toBe(false);
  });

  it('may build on another hidden parameter, such as a whole e-mail before it is encoded', () => {
    const { searchParams } = new URL(previewOf(search, { query: 'ada\nBcc: eve' }).url);
    expect(Buffer.from(searchParams.get('raw') ?? '', 'base64url').toString()).toBe(
      'To: ada Bcc: eve\r\n\r\nada\nBcc: eve',
    );
  });
});
