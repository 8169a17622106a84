import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { parseDocumentText } from './parse-document-text.ts';
import { maxDocumentText } from './text-limits.ts';

function refusal(text: string): PatchbayError['body'] {
  try {
    parseDocumentText(text);
  } catch (error) {
    if (error instanceof PatchbayError) return error.body;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseDocumentText', () => {
  it('reads YAML and JSON', () => {
    expect(parseDocumentText('id: desk\ntools: { a: [1, true, null, "x"] }')).toEqual({
      id: 'desk',
      tools: { a: [1, true, null, 'x'] },
    });
    expect(parseDocumentText('{"id":"desk","n":1.5}')).toEqual({ id: 'desk', n: 1.5 });
    expect(parseDocumentText('{\n\t"id": "desk",\n\t"list": [\n\t\t1\n\t]\n}')).toEqual({ id: 'desk', list: [1] });
  });

  it('keeps to the YAML 1.2 core types: no dates, no yes and no, no merge keys', () => {
    expect(parseDocumentText('a: 2026-03-02\nb: yes\nc: 0o17\n<<: { d: 1 }')).toEqual({
      a: '2026-03-02',
      b: 'yes',
      c: 15,
      '<<': { d: 1 },
    });
  });

  it.each([
    ['a fault in YAML', 'id: desk\nname: [open', 2, 12],
    ['a fault in JSON', '{\n  "id": "desk",\n  "name": \n', 3, 11],
    ['a repeated key', 'id: a\nname: b\nid: c', 3, 1],
    ['a repeated key in JSON', '{"id":"a",\n"id":"b"}', 2, 1],
    ['a repeated key in JSON indented with tabs', '{\n\t"id":"a",\n\t"id":"b"}', 3, 2],
    ['a custom tag', 'id: a\nrun: !!js/function "x"', 2, 6],
    ['a local tag', 'id: !env HOME', 1, 5],
    ['a second document', 'id: a\n---\nid: b', 2, 1],
    ['an unknown alias', 'id: *nobody', 1, 5],
  ])('says where %s is', (_what, text, line, column) => {
    const body = refusal(text);
    expect(body).toMatchObject({ code: 'invalid_request', details: { line, column, issues: [{ path: '' }] } });
    expect(body.message).toContain(`line ${line}, column ${column}`);
  });

  it('refuses an alias bomb, and takes a few aliases', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
    expect(refusal(['l0: &l0 [x]', ...levels].join('\n')).message).toContain('aliases');
    expect(parseDocumentText('a: &a { x: 1 }\nb: *a')).toEqual({ a: { x: 1 }, b: { x: 1 } });
  });

  it('refuses text nested beyond what a parser can follow', () => {
    expect(refusal('['.repeat(50_000)).message).toContain('nested');
    expect(refusal('- '.repeat(50_000)).message).toContain('nested');
    expect(refusal(`{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}`).code).toBe('invalid_request');
  });

  it('refuses more values than a document may have, before it parses them', () => {
    expect(refusal(`[${'0,'.repeat(100_001)}]`).message).toContain('more than 100000 values');
  });

  it('refuses more text than a document may have', () => {
    expect(refusal(`a: ${'x'.repeat(maxDocumentText)}`).message).toContain('longer');
  });

  it('never touches a prototype', () => {
    const value = parseDocumentText('{"__proto__": {"polluted": true}}') as Record<string, unknown>;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
