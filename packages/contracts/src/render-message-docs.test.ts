import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { renderMessageDocs } from './render-message-docs.ts';
import { broadcasts, events, routes, signals } from './routes.ts';
import { schemaFields } from './schema-fields.ts';

test('docs/reference/messages.md says what the contracts say, to the letter', () => {
  expect(readFileSync(new URL('../../../docs/reference/messages.md', import.meta.url), 'utf8')).toBe(
    renderMessageDocs(),
  );
});

test('has every subject', () => {
  const docs = renderMessageDocs();
  for (const { subject } of [routes, broadcasts, events, signals].flatMap((table) => Object.values(table)))
    expect(docs).toContain(`| \`${subject}\` |`);
});

test('fields are told with their type, their limits, and whether they are needed', () => {
  const schema = z.strictObject({
    id: z.string().regex(/^con_[0-9A-HJKMNP-TV-Z]{26}$/),
    kind: z.enum(['one', 'other']).default('one'),
    count: z.int().min(1).max(1_000).optional(),
    within: z.array(z.object({ name: z.string().max(2_000), when: z.iso.datetime().nullable() })),
    any: z.record(z.string(), z.unknown()).default({}),
  });
  expect(schemaFields(schema, 'input').split('\n').slice(2)).toEqual([
    '| `id` | id, `con_…` | yes |',
    '| `kind` | `one`, `other` | default `"one"` |',
    '| `count` | whole number, 1 to 1,000 |  |',
    '| `within` | list of object | yes |',
    '| `within[].name` | text, at most 2,000 characters | yes |',
    '| `within[].when` | time, RFC 3339 or null | yes |',
    '| `any` | object of any fields |  |',
  ]);
  expect(
    schemaFields(z.union([z.object({ a: z.literal(1), b: z.boolean() }), z.object({ a: z.literal(2) })]), 'output'),
  ).toBe('| field | type |\n|---|---|\n| `a` | `1` |\n| `b` | boolean |');
  expect(schemaFields(z.strictObject({}), 'input')).toBe('');
});
