import { newId } from '@patchbay/contracts';
import { beforeEach, expect, it } from 'vitest';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';
import { replaceCredential } from './replace-credential.ts';
import { setConnectionHealth } from './set-connection-health.ts';

let vault: ReturnType<typeof memoryVault>;
let id: string;
beforeEach(async () => {
  vault = memoryVault();
  id = (await vault.add(addRequest(vault.sealer.publicKey), caller)).connection.id;
});

const set = (change: object = {}) =>
  setConnectionHealth(vault.ports)({
    tenant: 'acme',
    connection: id,
    credential_version: 1,
    state: 'refused',
    code: 'credential_expired',
    ...change,
  });

it('keeps what trying a credential showed, and when', async () => {
  const health = { state: 'refused', code: 'credential_expired', checked_at: '2026-01-02T03:04:05.000Z' };
  expect((await set()).connection).toMatchObject({ id, is_default: true, health });
  expect((await vault.list({ tenant: 'acme' }, caller)).connections[0]?.health).toEqual(health);
});

it('forgets it with the credential, and takes nothing about one that is gone', async () => {
  await set();
  await replaceCredential(vault.ports, { tenant: 'acme', id, seen: 1 }, { type: 'bearer', token: 'new' });
  expect((await set({ state: 'ok' })).connection).toMatchObject({ credential_version: 2, health: null });
});

it('is not lost when the connection changes at the same moment', async () => {
  const { replace } = vault.ports.connections;
  let first = true;
  vault.ports.connections.replace = async (record, revision) => {
    if (!first) return replace(record, revision);
    first = false;
    await replace({ ...record, label: 'renamed', health: null }, revision);
    return false;
  };
  expect((await set()).connection).toMatchObject({ label: 'renamed', health: { state: 'refused' } });
});

it('refuses a connection that is not there, is revoked or belongs to another tenant', async () => {
  const missing = expect.objectContaining({ code: 'connection_missing' });
  await expect(set({ connection: newId('connection') })).rejects.toEqual(missing);
  await expect(set({ tenant: 'globex' })).rejects.toEqual(missing);
  await vault.remove({ tenant: 'acme', connection: id }, caller);
  await expect(set()).rejects.toEqual(missing);
});
