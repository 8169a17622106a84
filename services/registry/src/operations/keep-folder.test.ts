import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { admin, memoryRegistry } from '../../test/memory-registry.ts';
import { installIntegration } from './install-integration.ts';
import { keepFolder } from './keep-folder.ts';
import { pinIntegration } from './pin-integration.ts';
import { publishFile } from './publish-file.ts';

function folderOf(registry = memoryRegistry()) {
  const caller = { actor: { kind: 'service' as const, id: 'registry-1' }, traceId: null };
  const keeper = keepFolder({
    ...registry.ports,
    registry: 'registry-1',
    folder: '/integrations',
    publish: publishFile({
      documents: registry.documents,
      register: registry.registerOperation,
      retire: registry.retireOperation,
      caller,
    }),
    retire: registry.retireOperation,
    caller,
  });
  const text = (document: unknown) => (typeof document === 'string' ? document : JSON.stringify(document, null, 2));
  return {
    registry,
    keeper,
    take: (file: string, document: unknown) => keeper.take(file, text(document), () => 12),
    file: (name: string) => keeper.state().files.find(({ file }) => file === name),
    means: (tenant: string, version?: string) =>
      registry.documents.resolve(tenant, 'crm_ping', version)?.document.version ?? null,
    versions: (scope = '_platform') =>
      registry.documents
        .integration(scope, 'crm')
        ?.versions.map(({ stored }) => `${stored.document.version}${stored.retired ? ' retired' : ''}`),
  };
}

const crm = (more: Partial<Parameters<typeof integrationDocument>[0]> = {}) =>
  integrationDocument({ id: 'crm', ...more });

describe('a file', () => {
  test('is registered for every tenant or for one, in the name of the registry', async () => {
    const { take, file, means, registry } = folderOf();
    await expect(take('crm.yaml', crm())).resolves.toBe(true);
    await take('acme/crm.json', crm({ version: '3.0.0' }));
    expect([means('acme'), means('globex')]).toEqual(['3.0.0', '1.0.0']);
    expect(file('crm.yaml')).toEqual({
      file: 'crm.yaml',
      scope: '_platform',
      integration: 'crm',
      state: 'served',
      version: '1.0.0',
      served: '1.0.0',
      took_ms: 12,
      problems: [],
      warnings: [],
      last_problem: null,
      at: expect.any(String),
    });
    expect(registry.audit[1]?.data).toMatchObject({
      actor: { kind: 'service', id: 'registry-1' },
      facts: { origin: 'folder', created: true },
    });
  });

  test('that did not change is registered once', async () => {
    const { take, registry } = folderOf();
    await take('crm.yaml', crm());
    await take('crm.yaml', crm());
    expect(registry.announced).toHaveLength(1);
  });

  test('that changed under the same version is served as the next free patch, and says so', async () => {
    const { take, file, means, versions } = folderOf();
    await take('crm.yaml', crm());
    await take('crm.yaml', crm({ description: 'Better words.' }));
    expect([means('acme'), means('acme', '1.0.0')]).toEqual(['1.0.1', '1.0.0']);
    expect(file('crm.yaml')).toMatchObject({
      state: 'served',
      version: '1.0.1',
      warnings: [{ path: 'version', line: 4, message: expect.stringContaining('served as 1.0.1') }],
    });
    await take('crm.yaml', crm());
    expect(versions()).toEqual(['1.0.0', '1.0.1', '1.0.2']);
  });

  test('that goes back to a lower version takes the higher ones of the folder out of use', async () => {
    const { take, means, versions } = folderOf();
    await take('crm.yaml', crm());
    await take('crm.yaml', crm({ version: '2.0.0' }));
    await take('crm.yaml', crm());
    expect(means('acme')).toBe('1.0.0');
    expect(versions()).toEqual(['1.0.0', '2.0.0 retired']);
    await take('crm.yaml', crm({ version: '2.0.0' }));
    expect(means('acme')).toBe('2.0.0');
  });

  test('with a mistake is told with line, column and what was meant; what it said before goes on', async () => {
    const { take, file, means, registry } = folderOf();
    await take('crm.yaml', crm());
    await take('crm.yaml', JSON.stringify(crm(), null, 2).replace('"category": "crm"', '"category": "crmm"'));
    expect(file('crm.yaml')).toMatchObject({
      state: 'wrong',
      version: '1.0.0',
      served: '1.0.0',
      problems: [{ path: 'category', line: 5, column: 15, suggestion: 'crm' }],
    });
    expect(means('acme')).toBe('1.0.0');
    await take('crm.yaml', crm());
    expect(file('crm.yaml')).toMatchObject({
      state: 'served',
      problems: [],
      last_problem: { issues: [{ path: 'category' }] },
    });
    expect(registry.reports).toContain('a file of the integrations folder cannot be used; what it said before stays');
  });

  test('whose id is not its name is not taken, whatever it says', async () => {
    const { take, file } = folderOf();
    await take('crm.yaml', integrationDocument({ id: 'crn' }));
    expect(file('crm.yaml')).toMatchObject({ state: 'wrong', problems: [{ path: 'id', line: 2, suggestion: 'crm' }] });
    await take('acme/My CRM.yaml', crm());
    expect(file('acme/My CRM.yaml')).toMatchObject({ state: 'wrong', scope: null, integration: null });
  });

  test('that clashes with another integration is told at its line', async () => {
    const { take, file, registry } = folderOf();
    await registry.register(integrationDocument({ id: 'other', tools: { ping: { name: 'crm_ping' } } }));
    await take('crm.yaml', crm());
    expect(file('crm.yaml')).toMatchObject({
      state: 'wrong',
      problems: [{ path: 'tools.ping', line: expect.any(Number), message: expect.stringContaining("'other'") }],
    });
  });

  test('that cannot be taken for a reason that passes may be given again', async () => {
    const { take, file, registry, means } = folderOf();
    registry.failing.add('intent');
    await expect(take('crm.yaml', crm())).resolves.toBe(false);
    expect(file('crm.yaml')).toMatchObject({ state: 'wrong', version: null });
    registry.failing.clear();
    await expect(take('crm.yaml', crm())).resolves.toBe(true);
    expect(means('acme')).toBe('1.0.0');
  });

  test('whose number another registry takes meanwhile gets the next', async () => {
    const { take, file, registry, versions } = folderOf();
    await take('crm.yaml', crm());
    let raced = false;
    registry.memory.beforeWrite = () => {
      if (raced) return;
      raced = true;
      for (const { stored } of registry.memory.entries.values())
        registry.memory.set({ ...stored, document: { ...stored.document, version: '1.0.1' }, digest: 'another' });
    };
    await take('crm.yaml', crm({ description: 'Better words.' }));
    expect(file('crm.yaml')).toMatchObject({ state: 'served', version: '1.0.2' });
    expect(versions()).toContain('1.0.2');
  });
});

describe('a file that left', () => {
  test('takes what the folder published out of use, and nothing else', async () => {
    const { take, keeper, file, means, registry } = folderOf();
    await registry.register(crm({ description: 'By hand.' }));
    await take('crm.yaml', crm({ version: '1.4.0' }));
    await take('crm.yaml', crm({ version: '1.5.0' }));
    keeper.leave('crm.yaml');
    expect(file('crm.yaml')?.state).toBe('leaving');
    expect(means('acme')).toBe('1.5.0');
    await expect(keeper.drop('crm.yaml')).resolves.toEqual([]);
    expect(means('acme')).toBe('1.0.0');
    expect(keeper.state().files).toEqual([]);
    await take('crm.yaml', crm({ version: '1.5.0' }));
    expect(means('acme')).toBe('1.5.0');
  });

  test('and came back stays', async () => {
    const { take, keeper, file } = folderOf();
    await take('crm.yaml', crm());
    keeper.leave('crm.yaml');
    keeper.stay('crm.yaml');
    expect(file('crm.yaml')?.state).toBe('served');
  });

  test('is dropped again when its versions could not be retired', async () => {
    const { take, keeper, means, registry } = folderOf();
    await take('crm.yaml', crm());
    registry.failing.add('intent');
    await expect(keeper.drop('crm.yaml')).rejects.toThrow(PatchbayError);
    registry.failing.clear();
    await keeper.drop('crm.yaml');
    expect(means('acme')).toBeNull();
  });

  test('gives way to another that says the same integration', async () => {
    const { take, keeper, file, means } = folderOf();
    await take('crm.yaml', crm());
    await take('crm.json', crm({ version: '2.0.0' }));
    expect(file('crm.json')).toMatchObject({
      state: 'wrong',
      problems: [{ message: expect.stringContaining('crm.yaml') }],
    });
    await expect(keeper.drop('crm.yaml')).resolves.toEqual(['crm.json']);
    await take('crm.json', crm({ version: '2.0.0' }));
    expect(means('acme')).toBe('2.0.0');
  });
});

describe('what calls mean', () => {
  test('is told where it is not what the file says', async () => {
    const { take, file, registry } = folderOf();
    await take('crm.yaml', crm());
    await registry.register(crm({ version: '1.1.0', description: 'By hand.' }));
    expect(file('crm.yaml')).toMatchObject({
      state: 'shadowed',
      served: '1.1.0',
      warnings: [{ message: expect.stringContaining('published otherwise') }],
    });
    await pinIntegration(registry.ports)({ scope: '_platform', integration: 'crm', version: '1.1.0' }, admin);
    expect(file('crm.yaml')?.warnings[0]?.message).toContain('pinned');
    await installIntegration(registry.ports)({ scope: '_platform', integration: 'crm', installed: false }, admin);
    expect(file('crm.yaml')?.warnings[0]?.message).toContain('not installed');
  });

  test('does not change when the folder cannot be read', async () => {
    const { take, keeper, means, registry } = folderOf();
    await take('crm.yaml', crm());
    keeper.trouble('gone');
    keeper.trouble('gone');
    expect(keeper.state().problem).toBe('gone');
    expect(means('acme')).toBe('1.0.0');
    expect(registry.reports.filter((report) => report.includes('cannot be read'))).toHaveLength(1);
    keeper.trouble(null);
    expect(keeper.state().problem).toBeNull();
    keeper.refuse('big.yaml', 'too large');
    expect(keeper.state().files.find(({ file }) => file === 'big.yaml')?.state).toBe('wrong');
  });
});
