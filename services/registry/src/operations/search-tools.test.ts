import { estimateTokens } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { memoryRegistry } from '../../test/memory-registry.ts';
import { createTenantSearch } from '../search/tenant-search.ts';
import { describeTools } from './describe-tools.ts';
import { searchTools } from './search-tools.ts';

async function searching() {
  const registry = memoryRegistry();
  const long = { description: `Pays a person. ${'It says much of it. '.repeat(60)}` };
  await registry.register(
    integrationDocument({
      id: 'desk',
      tools: {
        pay: {
          title: 'Pay',
          risk: 'destructive',
          confirm: 'always',
          keywords: ['zebra', 'zebras', 'striped zebra'],
          ...long,
        },
        ask: { title: 'Zebra', confirm: 'never', parameters: { a: { type: 'string' } } },
        tell: { description: 'Tells a zebra.' },
      },
    }),
  );
  const search = createTenantSearch(registry.documents);
  return {
    describe: describeTools(registry),
    search: searchTools({ ...registry, search, latencyOf: () => undefined }),
  };
}
const zebra = { query: 'zebra', limit: 5 };

test('says of each tool how risky it is and whether a person is asked', async () => {
  const { search } = await searching();
  const { tools, definitions, left_out } = await search('acme', zebra);
  expect(new Map(tools.map(({ name, risk, confirm }) => [name, [risk, confirm]]))).toEqual(
    new Map([
      ['desk_pay', ['destructive', 'always']],
      ['desk_ask', ['read', 'never']],
      ['desk_tell', ['read', undefined]],
    ]),
  );
  expect({ definitions, left_out }).toEqual({ definitions: [], left_out: [] });
});

test.each(['anthropic', 'openai-responses', 'mcp'] as const)(
  'gives the definitions with what was found, as describe does, in format %s',
  async (format) => {
    const { search, describe } = await searching();
    const { tools, definitions, tokens } = await search('acme', { ...zebra, format });
    const described = await describe('acme', { tools: tools.map(({ name }) => name), format });
    expect(definitions).toEqual(described.tools);
    expect(tokens).toBe(definitions.reduce((sum, one) => sum + estimateTokens(one), 0));
  },
);

test('keeps to a budget of tokens, counted in the format asked for, and names what it left out', async () => {
  const { search } = await searching();
  const whole = await search('acme', { ...zebra, format: 'anthropic' });
  const large = estimateTokens(whole.definitions.find(({ name }) => name === 'desk_pay'));
  const { tools, tokens, left_out } = await search('acme', {
    ...zebra,
    format: 'anthropic',
    max_tokens: whole.tokens - 1,
  });
  expect(tokens).toBeLessThan(whole.tokens);
  expect(tools.length + left_out.length).toBe(3);
  const small = await search('acme', { ...zebra, format: 'anthropic', max_tokens: large - 1 });
  expect(small.left_out).toEqual(['desk_pay']);
  expect(small.tools).toHaveLength(2);
  expect(await search('acme', { ...zebra, max_tokens: 1 })).toMatchObject({ tools: [], tokens: 0 });
});
