import { platformScope } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { RegistryIndex } from './registry-index.ts';
import { type StoredSketch, storedIntegration } from './stored-integration.fixture.ts';

/** An index that took the documents in the order given. */
function indexOf(...sketches: StoredSketch[]): { index: RegistryIndex; put: (sketch: StoredSketch) => void } {
  const index = new RegistryIndex();
  let revision = 0;
  const put = (sketch: StoredSketch) => {
    const stored = storedIntegration(sketch);
    index.apply(
      { scope: stored.scope, integration: stored.document.id, version: stored.document.version },
      ++revision,
      stored,
    );
  };
  sketches.forEach(put);
  return { index, put };
}
const early = '2026-01-01T00:00:00.000Z';
const late = '2026-02-01T00:00:00.000Z';

describe('versions', () => {
  test('a name without a version means the highest semantic version', () => {
    const { index } = indexOf({ id: 'crm', version: '1.10.0' }, { id: 'crm', version: '1.9.0' });
    expect(index.resolve('acme', 'crm_ping')?.document.version).toBe('1.10.0');
  });

  test('a pinned version means exactly that one', () => {
    const { index } = indexOf({ id: 'crm', version: '1.0.0' }, { id: 'crm', version: '2.0.0' });
    expect(index.resolve('acme', 'crm_ping', '1.0.0')?.document.version).toBe('1.0.0');
    expect(index.resolve('acme', 'crm_ping', '1.5.0')).toBeNull();
  });

  test('a retired version is neither the latest nor to be pinned', () => {
    const { index } = indexOf({ id: 'crm', version: '1.0.0' }, { id: 'crm', version: '2.0.0', retired: true });
    expect(index.resolve('acme', 'crm_ping')?.document.version).toBe('1.0.0');
    expect(index.resolve('acme', 'crm_ping', '2.0.0')).toBeNull();
  });

  test('a tool that the latest version dropped is found only by its version', () => {
    const { index } = indexOf(
      { id: 'crm', version: '1.0.0', tools: ['ping', 'old'] },
      { id: 'crm', version: '2.0.0', tools: ['ping'] },
    );
    expect(index.resolve('acme', 'crm_old')).toBeNull();
    expect(index.resolve('acme', 'crm_old', '1.0.0')?.toolKey).toBe('old');
  });

  test('a wholly retired integration answers nothing', () => {
    const { index } = indexOf({ id: 'crm', retired: true });
    expect(index.resolve('acme', 'crm_ping')).toBeNull();
    expect(index.resolve('acme', 'crm_ping', '1.0.0')).toBeNull();
    expect(index.visibleTools('acme')).toEqual([]);
    expect(index.integration(platformScope, 'crm')?.latest).toBeNull();
  });
});

describe('scopes', () => {
  test("a tenant's tool goes before the platform's of the same name, for that tenant alone", () => {
    const { index } = indexOf({ id: 'crm' }, { id: 'crm', scope: 'acme', version: '0.1.0' });
    expect(index.resolve('acme', 'crm_ping')?.scope).toBe('acme');
    expect(index.resolve('globex', 'crm_ping')?.scope).toBe(platformScope);
  });

  test('a tenant sees its own tools and those of the platform that it does not replace', () => {
    const { index } = indexOf(
      { id: 'crm', tools: ['ping', 'find'] },
      { id: 'crm', scope: 'acme', version: '3.0.0', tools: ['ping', 'own'] },
    );
    expect(index.visibleTools('acme').map((tool) => `${tool.name} ${tool.document.version}`)).toEqual([
      'crm_find 1.0.0',
      'crm_own 3.0.0',
      'crm_ping 3.0.0',
    ]);
    expect(index.visibleTools('globex').map((tool) => tool.name)).toEqual(['crm_find', 'crm_ping']);
  });

  test('a version the tenant does not have is found on the platform', () => {
    const { index } = indexOf({ id: 'crm', version: '1.0.0' }, { id: 'crm', scope: 'acme', version: '2.0.0' });
    expect(index.resolve('acme', 'crm_ping', '1.0.0')?.scope).toBe(platformScope);
  });

  test("a version the tenant retired is not sought on the platform while another of the tenant's stands", () => {
    const { index } = indexOf(
      { id: 'crm' },
      { id: 'crm', scope: 'acme', retired: true },
      { id: 'crm', scope: 'acme', version: '2.0.0' },
    );
    expect(index.resolve('acme', 'crm_ping', '1.0.0')).toBeNull();
  });

  test("one tenant's tools are invisible to another", () => {
    const { index } = indexOf({ id: 'own', scope: 'acme' });
    expect(index.resolve('globex', 'own_ping')).toBeNull();
    expect(index.visibleTools('globex')).toEqual([]);
    expect(index.hasOwnView('acme')).toBe(true);
    expect(index.hasOwnView('globex')).toBe(false);
  });
});

describe('one name, several integrations of a scope', () => {
  const catalogue: StoredSketch = { id: 'slack', tools: ['post_message', 'find'], registeredAt: early };
  const single: StoredSketch = { id: 'slack_post_message', tools: { call: 'slack_post_message' }, registeredAt: late };

  test('the integration that came later answers', () => {
    const { index } = indexOf(catalogue, single);
    expect(index.resolve('acme', 'slack_post_message')?.document.id).toBe('slack_post_message');
    expect(index.resolve('acme', 'slack_post_message', '1.0.0')?.document.id).toBe('slack_post_message');
    expect(index.resolve('acme', 'slack_find')?.document.id).toBe('slack');
    expect(index.offering(platformScope, 'slack_post_message').map(({ id }) => id)).toEqual([
      'slack_post_message',
      'slack',
    ]);
  });

  test('a newer version of the older integration does not take the name back', () => {
    const { index } = indexOf(catalogue, single, {
      ...catalogue,
      version: '1.1.0',
      registeredAt: '2026-03-01T00:00:00.000Z',
    });
    expect(index.resolve('acme', 'slack_post_message')?.document.id).toBe('slack_post_message');
    expect(index.resolve('acme', 'slack_post_message', '1.1.0')?.document.id).toBe('slack');
  });

  test('retiring the one that answers gives the name back, pinned calls included', () => {
    const { index, put } = indexOf(catalogue, single);
    put({ ...single, retired: true });
    expect(index.resolve('acme', 'slack_post_message')?.document.id).toBe('slack');
    expect(index.resolve('acme', 'slack_post_message', '1.0.0')?.document.id).toBe('slack');
  });

  test('a retired version does not fall through to another integration while its own still stands', () => {
    const { index, put } = indexOf(catalogue, single, { ...single, version: '1.1.0' });
    put({ ...single, retired: true });
    expect(index.resolve('acme', 'slack_post_message', '1.0.0')).toBeNull();
  });

  test('of two that came at the same moment the greater id answers', () => {
    const { index } = indexOf({ ...single, registeredAt: early }, catalogue);
    expect(index.resolve('acme', 'slack_post_message')?.document.id).toBe('slack_post_message');
  });

  test('of two tools of one document with the same name the first answers', () => {
    const { index } = indexOf({ id: 'crm', tools: { first: 'same', second: 'same' } });
    expect(index.resolve('acme', 'same')?.toolKey).toBe('first');
    expect(index.visibleTools('acme')).toHaveLength(1);
  });
});

describe('entries', () => {
  const address = { scope: platformScope, integration: 'crm', version: '1.0.0' };

  test('an older revision of an entry changes nothing', () => {
    const index = new RegistryIndex();
    expect(index.apply(address, 5, storedIntegration({ id: 'crm', retired: true }))).toBe(true);
    expect(index.apply(address, 4, storedIntegration({ id: 'crm' }))).toBe(false);
    expect(index.apply(address, 5, storedIntegration({ id: 'crm' }))).toBe(false);
    expect(index.resolve('acme', 'crm_ping')).toBeNull();
    expect(index.revision).toBe(5);
    expect(index.generation).toBe(1);
  });

  test('an entry that went leaves nothing behind, and its deletion is a revision too', () => {
    const index = new RegistryIndex();
    index.apply(address, 1, storedIntegration({ id: 'crm' }));
    index.apply(address, 3, null);
    index.apply(address, 2, storedIntegration({ id: 'crm' }));
    expect(index.resolve('acme', 'crm_ping')).toBeNull();
    expect(index.integration(platformScope, 'crm')).toBeNull();
    expect(index.offering(platformScope, 'crm_ping')).toEqual([]);
    expect(index.offering('acme', 'crm_ping')).toEqual([]);
  });

  test('the deletion of what was never there is taken', () => {
    const index = new RegistryIndex();
    expect(index.apply(address, 1, null)).toBe(true);
    index.apply({ ...address, integration: 'other' }, 2, storedIntegration({ id: 'other' }));
    expect(index.apply(address, 3, null)).toBe(true);
  });

  test('the list of visible tools is the same array until something changes', () => {
    const { index, put } = indexOf({ id: 'crm' });
    const before = index.visibleTools('acme');
    expect(index.visibleTools('globex')).toBe(before);
    put({ id: 'crm', version: '1.1.0' });
    expect(index.visibleTools('acme')).not.toBe(before);
  });

  test('a tool stays the same object while its version stands unchanged', () => {
    const { index, put } = indexOf({ id: 'crm' });
    const before = index.resolve('acme', 'crm_ping');
    put({ id: 'crm', version: '0.9.0' });
    expect(index.resolve('acme', 'crm_ping')).toBe(before);
  });
});
