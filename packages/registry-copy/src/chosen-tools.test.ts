import { platformScope, type StoredChoice } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { RegistryIndex } from './registry-index.ts';
import { type StoredSketch, storedIntegration } from './stored-integration.fixture.ts';

const at = '2026-01-01T00:00:00.000Z';

function registry(...sketches: StoredSketch[]) {
  const index = new RegistryIndex();
  let revision = 0;
  const put = (sketch: StoredSketch) => {
    const stored = storedIntegration(sketch);
    const { id, version } = stored.document;
    index.apply({ scope: stored.scope, integration: id, version }, ++revision, stored);
  };
  sketches.forEach(put);
  return {
    index,
    put,
    says: (scope: string, integration: string | null, word: Pick<StoredChoice, 'installed' | 'pin'> | null) =>
      index.applyChoice(
        { scope, integration },
        ++revision,
        word === null ? null : { scope, integration, changed_at: at, ...word },
      ),
    version: (tenant: string, name = 'crm_ping') => index.resolve(tenant, name)?.document.version ?? null,
  };
}

const crm = [{ id: 'crm' }, { id: 'crm', version: '1.1.0' }, { id: 'crm', version: '2.0.0' }];

describe('pins', () => {
  test("the platform's concern every tenant, a tenant's that tenant, and a call's own version goes before both", () => {
    const { index, says, version } = registry(...crm);
    says(platformScope, 'crm', { pin: '1.1.0' });
    says('acme', 'crm', { pin: '1.0.0' });
    expect([version('acme'), version('globex')]).toEqual(['1.0.0', '1.1.0']);
    expect(index.resolve('acme', 'crm_ping', '2.0.0')?.document.version).toBe('2.0.0');
    expect(index.served('acme', 'crm')?.stored.document.version).toBe('1.0.0');
    expect(index.served(platformScope, 'crm')?.stored.document.version).toBe('1.1.0');
    says('acme', 'crm', null);
    expect(version('acme')).toBe('1.1.0');
  });

  test("a tenant's concerns its own document where it has one", () => {
    const { says, version, put } = registry(...crm);
    put({ id: 'crm', scope: 'acme', version: '0.1.0' });
    put({ id: 'crm', scope: 'acme', version: '0.2.0', tools: ['ping', 'own'] });
    says('acme', 'crm', { pin: '0.1.0' });
    expect([version('acme'), version('acme', 'crm_own')]).toEqual(['0.1.0', null]);
  });

  test('one to a version that was retired serves nothing rather than another', () => {
    const { says, version, put, index } = registry(...crm);
    says('acme', 'crm', { pin: '1.0.0' });
    put({ id: 'crm', version: '1.0.0', retired: true });
    expect([version('acme'), version('globex')]).toEqual([null, '2.0.0']);
    expect(index.visibleTools('acme')).toEqual([]);
  });
});

describe('what is installed', () => {
  test('is everything until somebody says otherwise, and the nearest word counts', () => {
    const { index, says, version } = registry(...crm, { id: 'chat' });
    expect(index.installed('acme', 'crm')).toEqual({ installed: true, saidBy: 'nobody' });
    says(platformScope, null, { installed: false });
    expect(index.visibleTools('acme')).toEqual([]);
    says(platformScope, 'chat', { installed: true });
    expect(index.visibleTools('acme').map(({ name }) => name)).toEqual(['chat_ping']);
    says('acme', null, { installed: false });
    says('acme', 'crm', { installed: true });
    expect(index.visibleTools('acme').map(({ name }) => name)).toEqual(['crm_ping']);
    expect([version('acme', 'chat_ping'), version('globex', 'chat_ping')]).toEqual([null, '1.0.0']);
    expect(index.resolve('acme', 'chat_ping', '1.0.0')).toBeNull();
    expect(['crm', 'chat', null].map((id) => index.installed('acme', id).saidBy)).toEqual([
      'tenant',
      'tenant_default',
      'tenant_default',
    ]);
    expect(['crm', 'chat'].map((id) => index.installed('globex', id).saidBy)).toEqual(['platform_default', 'platform']);
  });

  test("a tenant's own documents are there until it says otherwise of them", () => {
    const { says, version, put } = registry({ id: 'crm' });
    put({ id: 'own', scope: 'acme' });
    says('acme', null, { installed: false });
    expect([version('acme', 'own_ping'), version('acme')]).toEqual(['1.0.0', null]);
    says('acme', 'own', { installed: false });
    expect(version('acme', 'own_ping')).toBeNull();
  });

  test('one that is not gives its names to the next that offers them', () => {
    const { index, says } = registry(
      { id: 'slack', tools: ['post'], registeredAt: at },
      { id: 'mine', tools: { call: 'slack_post' }, registeredAt: '2026-02-01T00:00:00.000Z' },
    );
    expect(index.resolve('acme', 'slack_post')?.document.id).toBe('mine');
    says('acme', 'mine', { installed: false });
    expect(index.resolve('acme', 'slack_post')?.document.id).toBe('slack');
    expect(index.resolve('globex', 'slack_post')?.document.id).toBe('mine');
  });
});

test('toolsets: a tenant’s own goes before the platform’s, and one that was removed is gone', () => {
  const index = new RegistryIndex();
  const toolset = (scope: string, title: string) => ({ scope, name: 'desk', title, tools: ['crm.*'], changed_at: at });
  index.applyToolset({ scope: platformScope, name: 'desk' }, 1, toolset(platformScope, 'Everybody'));
  index.applyToolset({ scope: 'acme', name: 'desk' }, 2, toolset('acme', 'Acme'));
  expect(['acme', 'globex'].map((tenant) => index.toolset(tenant, 'desk')?.title)).toEqual(['Acme', 'Everybody']);
  expect(index.toolsets('acme').map(({ title }) => title)).toEqual(['Acme']);
  expect(index.applyToolset({ scope: 'acme', name: 'desk' }, 2, null)).toBe(false);
  index.applyToolset({ scope: 'acme', name: 'desk' }, 3, { ...toolset('acme', 'Acme'), removed: true });
  expect(index.toolset('acme', 'desk')?.title).toBe('Everybody');
});
