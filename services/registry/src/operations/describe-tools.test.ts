import { expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { memoryRegistry } from '../../test/memory-registry.ts';
import { describeTools } from './describe-tools.ts';

async function described() {
  const registry = memoryRegistry();
  const tools = {
    find: {
      parameters: {
        query: { type: 'string', required: true, description: 'What to look for.' },
        key: { 'x-const': 'hidden' },
      },
    },
  };
  await registry.register(integrationDocument({ id: 'crm', version: '1.0.0', tools }));
  await registry.register(integrationDocument({ id: 'crm', version: '2.0.0', tools: { ...tools, more: {} } }));
  return { registry, describe: describeTools(registry) };
}

test('gives definitions in the order asked and names what is missing', async () => {
  const { describe } = await described();
  const { tools, missing } = await describe('acme', { tools: ['crm_more', 'nothing', 'crm_find'], format: 'patchbay' });
  expect(tools.map(({ name, version }) => `${name} ${version}`)).toEqual(['crm_more 2.0.0', 'crm_find 2.0.0']);
  expect(missing).toEqual(['nothing']);
});

test.each([
  ['anthropic', 'input_schema'],
  ['openai', 'parameters'],
  ['openai-responses', 'parameters'],
  ['openai-realtime', 'parameters'],
  ['mcp', 'inputSchema'],
  ['ai-sdk', 'inputSchema'],
  ['langchain', 'schema'],
  ['patchbay', 'input_schema'],
] as const)('in format %s the arguments a model sees are under %s, and fixed values are not', async (format, place) => {
  const { describe } = await described();
  const { tools } = await describe('acme', { tools: ['crm_find'], format });
  expect(tools[0]?.[place]).toMatchObject({
    type: 'object',
    properties: { query: { type: 'string' } },
    required: ['query'],
  });
  expect(JSON.stringify(tools)).not.toContain('hidden');
});

test('in format openai-chat the function is below one field', async () => {
  const { describe } = await described();
  const { tools } = await describe('acme', { tools: ['crm_find'], format: 'openai-chat' });
  expect(tools[0]).toMatchObject({ type: 'function', function: { name: 'crm_find' } });
});

test('makes them the list of one request: grouped, or marked for the cache of prompts', async () => {
  const { describe } = await described();
  const names = { tools: ['crm_find', 'crm_more'] };
  const { tools } = await describe('acme', { ...names, format: 'openai-responses', namespaces: true });
  expect(tools).toMatchObject([
    { type: 'namespace', name: 'crm', tools: [{ name: 'crm_find' }, { name: 'crm_more' }] },
  ]);
  const cached = await describe('acme', { ...names, format: 'anthropic', cache_control: '5m' });
  expect(cached.tools.map((tool) => tool['cache_control'])).toEqual([undefined, { type: 'ephemeral', ttl: '5m' }]);
});

test('a pinned version is described as it was, and is missing once it is retired', async () => {
  const { registry, describe } = await described();
  const pinned = { tools: ['crm_find', 'crm_more'], version: '1.0.0', format: 'patchbay' } as const;
  await expect(describe('acme', { ...pinned, tools: [...pinned.tools] })).resolves.toMatchObject({
    tools: [{ version: '1.0.0' }],
    missing: ['crm_more'],
  });
  await registry.retire('crm', { version: '1.0.0' });
  await expect(describe('acme', { ...pinned, tools: [...pinned.tools] })).resolves.toEqual({
    tools: [],
    missing: ['crm_find', 'crm_more'],
    latencies: {},
    deprecations: {},
  });
});

test('refuses to build an answer larger than a message', async () => {
  const { registry, describe } = await described();
  const parameters = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`p${i}`, { type: 'string', description: 'x'.repeat(400) }]),
  );
  const tools = Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`t${i}`, { parameters }]));
  await registry.register(integrationDocument({ id: 'big', tools }));
  await registry.register(integrationDocument({ id: 'huge', tools }));
  const names = Object.keys(tools).flatMap((key) => [`big_${key}`, `huge_${key}`]);
  expect(await failureOf(describe('acme', { tools: names, format: 'patchbay' }))).toMatchObject({
    code: 'invalid_request',
    paths: ['tools'],
  });
});
