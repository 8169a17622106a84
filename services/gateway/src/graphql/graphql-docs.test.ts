import { readFileSync } from 'node:fs';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { checkDocument, checkText, documentLimits } from './document-limits.ts';
import { subscriptionTopics } from './field-scopes.ts';
import { costOf, maxQueryCost } from './query-cost.ts';
import { typeDefs } from './schema.ts';

const page = readFileSync(new URL('../../../../docs/graphql.md', import.meta.url), 'utf8');
const schema = buildSchema(typeDefs);
const examples = [...page.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = '']) => text);

test.each(examples)('docs/graphql.md shows what is taken: %.40s', (text) => {
  checkText(text);
  const document = parse(text);
  checkDocument(document);
  expect(validate(schema, document)).toEqual([]);
  const variables = Object.fromEntries(
    (getOperationAST(document)?.variableDefinitions ?? []).map(({ variable }) => [variable.name.value, 'x']),
  );
  expect(costOf(schema, document, variables, null)).toBeLessThan(maxQueryCost / 2);
});

test('docs/graphql.md has every limit and every subscription', () => {
  expect(examples).toHaveLength(5);
  const numbers = [...Object.values(documentLimits), maxQueryCost].map((one) => one.toLocaleString('en'));
  const limits = page.slice(page.indexOf('## Limits'), page.indexOf('## Subscriptions'));
  for (const one of numbers) expect(limits).toMatch(new RegExp(`\\b${one}\\b`));
  for (const [field, topic] of Object.entries(subscriptionTopics))
    expect(page).toContain(`| \`${field}\` | \`${topic}\` |`);
});
