import { expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { memoryRegistry } from '../../test/memory-registry.ts';
import { listTools } from './list-tools.ts';

async function catalogue() {
  const registry = memoryRegistry();
  await registry.register(
    integrationDocument({
      id: 'crm',
      tools: {
        find: {},
        drop: { risk: 'destructive', idempotency: { kind: 'none' }, request: { method: 'DELETE', path: '/drop' } },
      },
    }),
  );
  await registry.register(
    integrationDocument({
      id: 'chat',
      category: 'communication',
      tools: { post: { risk: 'write', request: { method: 'POST', path: '/post' } } },
    }),
  );
  await registry.register(integrationDocument({ id: 'own', tools: { find: {} } }), { scope: 'acme' });
  return { registry, list: listTools(registry) };
}

test('lists what the tenant can call, by name, with what a chooser needs', async () => {
  const { list } = await catalogue();
  const { tools, total, next_cursor } = await list('acme', { limit: 200 });
  expect(tools.map(({ name }) => name)).toEqual(['chat_post', 'crm_drop', 'crm_find', 'own_find']);
  expect(tools[0]).toEqual({
    name: 'chat_post',
    title: 'post',
    integration: 'chat',
    category: 'communication',
    version: '1.0.0',
    risk: 'write',
    description: 'Does post and returns what came of it.',
  });
  expect({ total, next_cursor }).toEqual({ total: 4, next_cursor: null });
});

test.each([
  [{ category: 'communication' }, ['chat_post']],
  [{ integration: 'crm' }, ['crm_drop', 'crm_find']],
  [{ risk: 'read' }, ['crm_find']],
  [{ risk: 'destructive', integration: 'crm', category: 'crm' }, ['crm_drop']],
  [{ integration: 'nothing' }, []],
] as const)('narrows by %o', async (filter, names) => {
  const { list } = await catalogue();
  const { tools, total } = await list('globex', { limit: 200, ...filter });
  expect(tools.map(({ name }) => name)).toEqual(names);
  expect(total).toBe(names.length);
});

test('hands out pages that together hold every tool once, also when one is registered in between', async () => {
  const { registry, list } = await catalogue();
  const first = await list('acme', { limit: 2 });
  await registry.register(integrationDocument({ id: 'aaa' }));
  const second = await list('acme', { limit: 2, cursor: first.next_cursor as string });
  expect([...first.tools, ...second.tools].map(({ name }) => name)).toEqual([
    'chat_post',
    'crm_drop',
    'crm_find',
    'own_find',
  ]);
  expect(second.next_cursor).toBeNull();
});

test('leaves out what was retired', async () => {
  const { registry, list } = await catalogue();
  await registry.retire('crm');
  const { tools } = await list('globex', { limit: 200 });
  expect(tools.map(({ name }) => name)).toEqual(['chat_post']);
});
