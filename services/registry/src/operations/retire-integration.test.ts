import { describe, expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { memoryRegistry } from '../../test/memory-registry.ts';

async function withVersions(...versions: string[]) {
  const registry = memoryRegistry();
  for (const version of versions) await registry.register(integrationDocument({ id: 'crm', version }));
  registry.audit.length = 0;
  registry.announced.length = 0;
  return registry;
}

describe('retireIntegration', () => {
  test('withdraws one version; the newest that is left answers', async () => {
    const registry = await withVersions('1.0.0', '2.0.0');
    await expect(registry.retire('crm', { version: '2.0.0' })).resolves.toEqual({
      integration: 'crm',
      retired: ['2.0.0'],
      latest: '1.0.0',
    });
    expect(registry.documents.resolve('acme', 'crm_ping')?.document.version).toBe('1.0.0');
    expect(registry.documents.resolve('acme', 'crm_ping', '2.0.0')).toBeNull();
    expect(registry.announced).toEqual([
      { scope: '_platform', integration: 'crm', version: '2.0.0', change: 'retired', tools: ['crm_ping'] },
    ]);
    expect(registry.audited()).toEqual(['retired intent', 'retired succeeded']);
    expect(registry.audit[0]?.data.target).toEqual({ kind: 'integration', id: 'crm', version: '2.0.0' });
  });

  test('withdraws the whole integration oldest version first, so that no older one becomes the latest on the way', async () => {
    const registry = await withVersions('2.0.0', '1.0.0', '1.10.0');
    await expect(registry.retire('crm')).resolves.toEqual({
      integration: 'crm',
      retired: ['1.0.0', '1.10.0', '2.0.0'],
      latest: null,
    });
    expect(registry.documents.visibleTools('acme')).toEqual([]);
  });

  test('leaves what was retired already, and records nothing for it', async () => {
    const registry = await withVersions('1.0.0');
    await registry.retire('crm');
    await expect(registry.retire('crm')).resolves.toEqual({ integration: 'crm', retired: [], latest: null });
    await expect(registry.retire('crm', { version: '1.0.0' })).resolves.toEqual({
      integration: 'crm',
      retired: [],
      latest: null,
    });
    expect(registry.announced).toHaveLength(1);
    expect(registry.audited()).toEqual(['retired intent', 'retired succeeded']);
  });

  test.each([{ version: '9.9.9' }, { integration: 'nothing' }, { scope: 'acme' }])(
    'answers tool_not_found for what is not registered: %o',
    async ({ integration = 'crm', ...request }) => {
      const registry = await withVersions('1.0.0');
      expect(await failureOf(registry.retire(integration, request))).toMatchObject({ code: 'tool_not_found' });
      expect(registry.audited()).toEqual(['refused refused']);
      expect(registry.audit[0]?.tenant).toBe('scope' in request ? 'acme' : 'all');
    },
  );

  test('changes nothing when the intent cannot be recorded', async () => {
    const registry = await withVersions('1.0.0');
    registry.failing.add('intent');
    expect(await failureOf(registry.retire('crm'))).toMatchObject({ code: 'audit_unavailable' });
    expect(registry.documents.resolve('acme', 'crm_ping')).not.toBeNull();
  });

  test('tries again when another writer was first', async () => {
    const registry = await withVersions('1.0.0');
    const stored = [...registry.memory.entries.values()][0]?.stored as never;
    let others = 2;
    registry.memory.beforeWrite = () => void (others-- > 0 && registry.memory.set(stored));
    await expect(registry.retire('crm')).resolves.toMatchObject({ retired: ['1.0.0'] });
  });

  test('does not name a version that another writer retired first', async () => {
    const registry = await withVersions('1.0.0');
    const stored = [...registry.memory.entries.values()][0]?.stored;
    registry.memory.beforeWrite = () =>
      void registry.memory.set({ ...(stored as NonNullable<typeof stored>), retired: true });
    await expect(registry.retire('crm')).resolves.toEqual({ integration: 'crm', retired: [], latest: null });
    expect(registry.announced).toEqual([]);
    expect(registry.audit.at(-1)?.data.facts).toMatchObject({ changed: false });
  });

  test('gives up with a retryable answer when others keep changing it', async () => {
    const registry = await withVersions('1.0.0');
    const stored = [...registry.memory.entries.values()][0]?.stored as never;
    registry.memory.beforeWrite = () => void registry.memory.set(stored);
    expect(await failureOf(registry.retire('crm'))).toMatchObject({ code: 'overloaded' });
  });

  test('passes over a version that was deleted meanwhile', async () => {
    const registry = await withVersions('1.0.0', '2.0.0');
    registry.memory.entries.delete('doc._platform.crm.1_0_0');
    await expect(registry.retire('crm')).resolves.toMatchObject({ retired: ['2.0.0'] });
  });
});
