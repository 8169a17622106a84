import type { InstallRequest } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { admin, memoryRegistry } from '../../test/memory-registry.ts';
import { getIntegration } from './get-integration.ts';
import { installIntegration } from './install-integration.ts';
import { listChoices } from './list-choices.ts';
import { listTools } from './list-tools.ts';
import { pinIntegration } from './pin-integration.ts';
import { rollBackIntegration } from './roll-back-integration.ts';

async function withVersions(...versions: string[]) {
  const registry = memoryRegistry();
  for (const version of versions) await registry.register(integrationDocument({ id: 'crm', version }));
  registry.audit.length = 0;
  registry.announced.length = 0;
  const pin = pinIntegration(registry.ports);
  const install = installIntegration(registry.ports);
  return {
    ...registry,
    pin: (version: string | null, scope = '_platform') => pin({ scope, integration: 'crm', version }, admin),
    rollBack: (scope = '_platform') =>
      rollBackIntegration({ ...registry.ports, pin })({ scope, integration: 'crm' }, admin),
    install: (request: Partial<InstallRequest>) =>
      install({ scope: 'acme', integration: 'crm', installed: true, ...request }, admin),
    choices: async (scope: string) => (await listChoices(registry)({ scope })).choices,
    means: (tenant: string) => registry.documents.resolve(tenant, 'crm_ping')?.document.version ?? null,
  };
}

describe('a pin', () => {
  test('makes calls mean a version, says what they meant, and is audited like any change', async () => {
    const registry = await withVersions('1.0.0', '2.0.0');
    await expect(registry.pin('1.0.0', 'acme')).resolves.toEqual({
      scope: 'acme',
      integration: 'crm',
      pin: '1.0.0',
      served_before: '2.0.0',
      served: '1.0.0',
    });
    expect([registry.means('acme'), registry.means('globex')]).toEqual(['1.0.0', '2.0.0']);
    expect(registry.audited()).toEqual(['pinned intent', 'pinned succeeded']);
    expect(registry.audit[1]).toMatchObject({
      tenant: 'acme',
      data: {
        actor: admin.actor,
        target: { kind: 'integration', id: 'crm', version: '1.0.0' },
        facts: { pin: '1.0.0', served_before: '2.0.0', served: '1.0.0', changed: true },
      },
    });
    expect(registry.announced).toEqual([
      { scope: 'acme', integration: 'crm', version: '1.0.0', change: 'chosen', tools: ['crm_ping'] },
    ]);
    await expect(registry.pin(null, 'acme')).resolves.toMatchObject({ pin: null, served: '2.0.0' });
    expect(await registry.choices('acme')).toEqual([]);
  });

  test('that stands already changes and announces nothing', async () => {
    const registry = await withVersions('1.0.0');
    await registry.pin('1.0.0');
    await registry.pin('1.0.0');
    expect(registry.announced).toHaveLength(1);
  });

  test.each([
    ['9.9.9', 'acme'],
    ['1.0.0', '_platform'],
  ])('to a version that is not in use is refused: %s', async (version, scope) => {
    const registry = await withVersions('1.0.0', '2.0.0');
    await registry.retire('crm', { version: '1.0.0' });
    registry.audit.length = 0;
    expect(await failureOf(registry.pin(version, scope))).toMatchObject({ code: 'tool_not_found' });
    expect(registry.audited()).toEqual(['refused refused']);
    expect(registry.means('acme')).toBe('2.0.0');
  });

  test('is in what is read of the integration', async () => {
    const registry = await withVersions('1.0.0', '2.0.0');
    await registry.pin('1.0.0');
    const read = getIntegration(registry);
    expect(await read({ scope: '_platform', integration: 'crm' })).toMatchObject({ served: '1.0.0', pin: '1.0.0' });
  });

  test('of something that nobody has is refused', async () => {
    const registry = memoryRegistry();
    const pin = pinIntegration(registry.ports);
    const request = { scope: 'acme', integration: 'nothing', version: null };
    expect(await failureOf(pin(request, admin))).toMatchObject({ code: 'tool_not_found' });
  });
});

describe('a roll-back', () => {
  test('pins the newest version in use before the one that is served, again and again', async () => {
    const registry = await withVersions('1.0.0', '1.1.0', '1.2.0', '2.0.0');
    await registry.retire('crm', { version: '1.1.0' });
    await expect(registry.rollBack()).resolves.toMatchObject({ served_before: '2.0.0', served: '1.2.0', pin: '1.2.0' });
    await expect(registry.rollBack('acme')).resolves.toMatchObject({ served_before: '1.2.0', served: '1.0.0' });
    expect([registry.means('acme'), registry.means('globex')]).toEqual(['1.0.0', '1.2.0']);
    expect(await failureOf(registry.rollBack('acme'))).toMatchObject({
      code: 'tool_not_found',
      message: expect.stringContaining('older than 1.0.0'),
    });
  });

  test('of what serves nothing is refused', async () => {
    const registry = await withVersions('1.0.0');
    await registry.retire('crm');
    expect(await failureOf(registry.rollBack())).toMatchObject({ code: 'tool_not_found' });
  });
});

describe('installing', () => {
  test('what is not installed is neither listed nor resolved for the tenant, and is back when it is', async () => {
    const registry = await withVersions('1.0.0');
    const total = async (tenant: string) => (await listTools(registry)(tenant, { limit: 10 })).total;
    await expect(registry.install({ installed: false })).resolves.toEqual({
      scope: 'acme',
      integration: 'crm',
      installed: false,
      said_by: 'tenant',
    });
    expect([registry.means('acme'), await total('acme'), await total('globex')]).toEqual([null, 0, 1]);
    expect(registry.audited()).toEqual(['installed intent', 'installed succeeded']);
    expect(registry.announced).toEqual([
      { scope: 'acme', integration: 'crm', version: null, change: 'chosen', tools: ['crm_ping'] },
    ]);
    await expect(registry.install({ installed: null })).resolves.toMatchObject({ installed: true, said_by: 'nobody' });
    expect(registry.means('acme')).toBe('1.0.0');
  });

  test('a tenant sees only what was installed for it once the default is opt-in', async () => {
    const registry = await withVersions('1.0.0');
    await registry.register(integrationDocument({ id: 'chat' }));
    registry.audit.length = 0;
    await expect(registry.install({ integration: null, installed: false })).resolves.toMatchObject({
      integration: null,
      installed: false,
      said_by: 'tenant_default',
    });
    await registry.install({ installed: true });
    const { tools } = await listTools(registry)('acme', { limit: 10 });
    expect(tools.map(({ name }) => name)).toEqual(['crm_ping']);
    expect(registry.audit.map(({ data }) => data.target.id)).toEqual(['*', '*', 'crm', 'crm']);
    expect((await registry.choices('acme')).map(({ integration }) => integration)).toEqual([null, 'crm']);
  });

  test('keeps a pin, and a pin keeps what was installed', async () => {
    const registry = await withVersions('1.0.0', '2.0.0');
    await registry.pin('1.0.0', 'acme');
    await registry.install({ installed: false });
    await registry.install({ installed: true });
    expect(await registry.choices('acme')).toMatchObject([{ pin: '1.0.0', installed: true }]);
    expect(registry.means('acme')).toBe('1.0.0');
  });

  test('of something that nobody has is refused', async () => {
    const registry = await withVersions('1.0.0');
    expect(await failureOf(registry.install({ integration: 'nothing' }))).toMatchObject({ code: 'tool_not_found' });
    expect(registry.audited()).toEqual(['refused refused']);
  });

  test('that cannot be audited is not done', async () => {
    const registry = await withVersions('1.0.0');
    registry.failing.add('intent');
    expect(await failureOf(registry.install({ installed: false }))).toMatchObject({ code: 'audit_unavailable' });
    expect(registry.means('acme')).toBe('1.0.0');
  });
});
