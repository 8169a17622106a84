import { describe, expect, it } from 'vitest';
import { memoryConnections } from '../../test/memory-vault.ts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { settleDefault } from './settle-default.ts';

const [first, second] = ['con_01JD0000000000000000000001', 'con_01JD0000000000000000000002'] as const;

const record = (id: string): ConnectionRecord => ({
  id,
  tenant: 'acme',
  integration: 'slack',
  label: '',
  auth_type: 'bearer',
  status: 'active',
  variables: {},
  created_at: '2026-01-02T03:04:05.000Z',
  updated_at: '2026-01-02T03:04:05.000Z',
  credential_version: 1,
  health: null,
  credential_expires_at: null,
  credential_stored_at: '2026-01-02T03:04:05.000Z',
  refreshable: false,
  oldest_credential: 1,
});

async function storeWith(...ids: string[]) {
  const { store } = memoryConnections();
  for (const id of ids) await store.create(record(id));
  const revoke = async (id: string) => {
    const found = await store.get('acme', id);
    if (found !== null) await store.replace({ ...found.value, status: 'revoked' }, found.revision);
  };
  const standing = async () => (await store.getDefault('acme', 'slack')).connection;
  return { store, revoke, standing };
}

describe('settleDefault', () => {
  it('chooses again when its choice was removed while it was being made the default', async () => {
    const { store, revoke, standing } = await storeWith(first, second);
    const { setDefault } = store;
    let once = true;
    store.setDefault = async (...args) => {
      if (once) await revoke(second);
      once = false;
      return setDefault(...args);
    };
    expect(await settleDefault(store, 'acme', 'slack', { connection: null, replace: false })).toBe(first);
    expect(await standing()).toBe(first);
  });

  it('does not make a wished connection the default once it is removed', async () => {
    const { store, revoke, standing } = await storeWith(first, second);
    await settleDefault(store, 'acme', 'slack', { connection: first, replace: false });
    await revoke(second);
    expect(await settleDefault(store, 'acme', 'slack', { connection: second, replace: true })).toBe(first);
    await revoke(first);
    expect(await settleDefault(store, 'acme', 'slack', { connection: second, replace: true })).toBeNull();
    expect(await standing()).toBeNull();
  });

  it('tries again when another was first to move the default', async () => {
    const { store, standing } = await storeWith(first, second);
    const { setDefault } = store;
    let once = true;
    store.setDefault = async (...args) => {
      if (once) await setDefault('acme', 'slack', first, null);
      once = false;
      return setDefault(...args);
    };
    expect(await settleDefault(store, 'acme', 'slack', { connection: second, replace: true })).toBe(second);
    expect(await standing()).toBe(second);
  });
});
