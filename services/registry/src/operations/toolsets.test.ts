import type { SetToolsetRequest } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { admin, memoryRegistry } from '../../test/memory-registry.ts';
import { createTenantSearch } from '../search/tenant-search.ts';
import { describeTools } from './describe-tools.ts';
import { listTools } from './list-tools.ts';
import { listToolsets } from './list-toolsets.ts';
import { removeToolset } from './remove-toolset.ts';
import { searchTools } from './search-tools.ts';
import { setToolset } from './set-toolset.ts';
import { showToolset } from './show-toolset.ts';

async function registryWithTools() {
  const registry = memoryRegistry();
  await registry.register(integrationDocument({ id: 'crm', tools: { find: {}, add: {} } }));
  await registry.register(integrationDocument({ id: 'chat', tools: { post: {} } }));
  registry.audit.length = 0;
  const set = setToolset(registry.ports);
  return {
    ...registry,
    set: (request: Partial<SetToolsetRequest> = {}) =>
      set({ scope: 'acme', name: 'desk', title: 'Front desk', tools: ['crm.*'], ...request }, admin),
    show: (scope = 'acme', name = 'desk') => showToolset(registry)({ scope, name }),
    remove: (scope = 'acme', name = 'desk') => removeToolset(registry.ports)({ scope, name }, admin),
  };
}

describe('a toolset', () => {
  test('narrows what is listed, found and described', async () => {
    const registry = await registryWithTools();
    await expect(registry.set()).resolves.toMatchObject({
      created: true,
      toolset: { resolved: ['crm_add', 'crm_find'], missing: [], warnings: [], tokens: expect.any(Number) },
    });
    const toolset = 'desk';
    const listed = await listTools(registry)('acme', { toolset, limit: 9 });
    expect(listed).toMatchObject({ total: 2, tools: [{ name: 'crm_add' }, { name: 'crm_find' }] });
    const search = searchTools({ ...registry, search: createTenantSearch(registry.documents) });
    expect((await search('acme', { query: 'post', toolset, limit: 5 })).tools).toEqual([]);
    expect((await search('acme', { query: 'find', toolset, limit: 5 })).tools.map(({ name }) => name)).toContain(
      'crm_find',
    );
    const described = await describeTools(registry)('acme', {
      tools: ['crm_find', 'chat_post'],
      toolset,
      format: 'patchbay',
    });
    expect(described).toMatchObject({ tools: [{ name: 'crm_find' }], missing: ['chat_post'] });
    expect(registry.audited()).toEqual(['toolset_set intent', 'toolset_set succeeded']);
    expect(registry.audit[0]?.data).toMatchObject({ target: { kind: 'toolset', id: 'desk' } });
    expect(registry.audit[0]?.data).not.toHaveProperty('integration');
  });

  test('says how its tools are loaded, in place of the document', async () => {
    const registry = await registryWithTools();
    await registry.set({ loading: 'deferred' });
    const describe = describeTools(registry);
    const request = { tools: ['crm_find'], format: 'anthropic' as const };
    expect((await describe('acme', { ...request, toolset: 'desk' })).tools[0]).toMatchObject({ defer_loading: true });
    expect((await describe('acme', request)).tools[0]).not.toHaveProperty('defer_loading');
  });

  test('that nobody made is refused rather than answered with every tool', async () => {
    const registry = await registryWithTools();
    const refused = { code: 'invalid_request', paths: ['toolset'] };
    const toolset = 'nothing';
    expect(await failureOf(listTools(registry)('acme', { toolset, limit: 9 }))).toMatchObject(refused);
    const describe = describeTools(registry)('acme', { tools: ['crm_find'], toolset, format: 'patchbay' });
    expect(await failureOf(describe)).toMatchObject(refused);
  });

  test('of a tenant goes before the platform’s of that name, and gives way to it when it is removed', async () => {
    const registry = await registryWithTools();
    await registry.set({ scope: '_platform', title: 'Everybody', tools: ['chat.*'] });
    await expect(registry.set()).resolves.toMatchObject({ created: true });
    await expect(registry.set({ title: 'New words' })).resolves.toMatchObject({ created: false });
    expect((await registry.show()).toolset.title).toBe('New words');
    expect((await registry.show('globex')).toolset).toMatchObject({ title: 'Everybody', scope: '_platform' });
    expect((await listToolsets(registry)({ scope: 'acme' })).toolsets).toHaveLength(1);
    await registry.remove();
    expect((await registry.show()).toolset.title).toBe('Everybody');
    expect(await failureOf(registry.remove())).toMatchObject({ code: 'tool_not_found' });
    expect(await failureOf(registry.show('acme', 'other'))).toMatchObject({ code: 'tool_not_found' });
    await expect(registry.set()).resolves.toMatchObject({ created: true });
  });

  test('tells members that stand for nothing, and what a model will have trouble with', async () => {
    const registry = await registryWithTools();
    const tools = Object.fromEntries(
      Array.from({ length: 24 }, (_, i) => [`t${i}`, { description: `Does ${'something '.repeat(190)}${i}.` }]),
    );
    await registry.register(integrationDocument({ id: 'big', tools }));
    const { toolset } = await registry.set({ tools: ['big.*', 'gone_tool'] });
    expect(toolset.missing).toEqual(['gone_tool']);
    expect(toolset.tokens).toBeGreaterThan(15_000 / 3);
    expect(toolset.warnings.map(({ path }) => path)).toEqual(['tools[1]', 'tools']);
    expect(toolset.warnings[1]?.message).toContain('24 tools');
    const { toolset: deferred } = await registry.set({ tools: ['big.*'], loading: 'deferred' });
    expect(deferred.warnings).toEqual([]);
  });
});
