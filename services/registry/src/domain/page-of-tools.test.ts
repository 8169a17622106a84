import { PatchbayError, type ToolSummary } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { pageOfTools } from './page-of-tools.ts';

const tools = (count: number, description = 'Finds.'): ToolSummary[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `t${String(i).padStart(4, '0')}`,
    title: 't',
    integration: 'crm',
    category: 'crm',
    version: '1.0.0',
    risk: 'read',
    description,
  }));

test('the last page has no cursor, also when it is full', () => {
  expect(pageOfTools(tools(2), { limit: 2 })).toMatchObject({ next_cursor: null });
  expect(pageOfTools([], { limit: 2 })).toEqual({ tools: [], next_cursor: null });
});

test('a cursor past the end gives an empty last page', () => {
  const cursor = Buffer.from('zzz').toString('base64url');
  expect(pageOfTools(tools(2), { limit: 2, cursor })).toEqual({ tools: [], next_cursor: null });
});

test('a page ends before it outgrows a message, and the rest follows', () => {
  const all = tools(1_000, 'x'.repeat(2_000));
  const first = pageOfTools(all, { limit: 1_000 });
  expect(Buffer.byteLength(JSON.stringify(first))).toBeLessThan(1_048_576);
  expect(first.tools.length).toBeGreaterThan(100);
  let { next_cursor: cursor } = first;
  const names = first.tools.map(({ name }) => name);
  while (cursor !== null) {
    const page = pageOfTools(all, { limit: 1_000, cursor });
    names.push(...page.tools.map(({ name }) => name));
    cursor = page.next_cursor;
  }
  expect(names).toEqual(all.map(({ name }) => name));
});

test.each(['', '!', 'bm90IGEgdG9vbA', 'dDAwMDE='])(
  "a cursor that is none of ours is refused at its path: '%s'",
  (cursor) => {
    const refusal = () => pageOfTools(tools(2), { limit: 2, cursor });
    expect(refusal).toThrow(PatchbayError);
    expect(refusal).toThrow(
      expect.objectContaining({
        body: expect.objectContaining({
          code: 'invalid_request',
          details: { issues: [expect.objectContaining({ path: 'cursor' })] },
        }),
      }),
    );
  },
);
