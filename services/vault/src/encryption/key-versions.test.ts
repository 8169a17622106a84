import { randomBytes } from 'node:crypto';
import type { StoredKeyVersions } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import { createTenantKeys } from './tenant-keys.ts';

const refused = { code: 'vault_unavailable', retryable: false, reason: 'tenant_key' };
const now = () => new Date('2026-01-02T03:04:05.000Z');

/** A tenant whose key was rotated from 1 to 2, and whose first key is destroyed. */
async function rotated() {
  const store = memoryTenantKeyStore();
  const keyService = createLocalFileKeyService({ rootKey: randomBytes(32), mode: 'development' });
  const announced: string[] = [];
  const open = () => createTenantKeys({ keyService, store, now, announce: (tenant) => void announced.push(tenant) });
  const keys = open();
  await keys.forEncryption('acme');
  const before = structuredClone(store.rows.get('acme.1'));
  await keys.advance('acme', 2);
  const between = structuredClone(store.versions.get('acme')?.value) as StoredKeyVersions;
  return { store, keys, open, announced, before, between };
}

describe('key versions', () => {
  it('encrypts under the current version, and decrypts with each from the minimum on', async () => {
    const { store, keys, open, announced } = await rotated();
    expect((await keys.forEncryption('acme')).version).toBe(2);
    for (const version of [1, 2]) expect(await failureOf(open().forDecryption({ tenant: 'acme', version }))).toBeNull();
    await keys.destroyOlder('acme');
    expect([...store.rows.keys()]).toEqual(['acme.2']);
    for (const vault of [keys, open()]) {
      expect(await failureOf(vault.forDecryption({ tenant: 'acme', version: 1 }))).toEqual(refused);
      expect(await failureOf(vault.forDecryption({ tenant: 'acme', version: 3 }))).toEqual(refused);
      expect(await failureOf(vault.forDecryption({ tenant: 'acme', version: 2 }))).toBeNull();
    }
    expect(new Set(announced)).toEqual(new Set(['acme']));
  });

  it('refuses a version below the minimum even when its wrapped key is put back', async () => {
    const { store, keys, open, before } = await rotated();
    await keys.destroyOlder('acme');
    if (before !== undefined) store.rows.set('acme.1', before);
    expect(await failureOf(open().forDecryption({ tenant: 'acme', version: 1 }))).toEqual(refused);
  });

  it('looks again for a version that is newer than what it knows', async () => {
    const { keys, open } = await rotated();
    const other = open();
    await other.forDecryption({ tenant: 'acme', version: 2 });
    await keys.advance('acme', 3);
    expect(await failureOf(other.forDecryption({ tenant: 'acme', version: 3 }))).toBeNull();
  });

  it('goes neither back nor on twice', async () => {
    const { store, keys } = await rotated();
    await keys.destroyOlder('acme');
    const { revision } = store.versions.get('acme') as { revision: number };
    await Promise.all([keys.advance('acme', 1), keys.advance('acme', 2), keys.destroyOlder('acme')]);
    expect(store.versions.get('acme')?.revision).toBe(revision);
  });

  it('refuses the record of another tenant, one of before, and one that is gone, for reading and for writing', async () => {
    const { store, keys, open, between } = await rotated();
    await keys.destroyOlder('acme');
    await keys.forEncryption('globex');
    await keys.advance('globex', 2);
    const globex = store.versions.get('globex')?.value as StoredKeyVersions;
    await keys.advance('acme', 3);
    await keys.destroyOlder('acme');
    const set = (value: StoredKeyVersions) => void store.versions.set('acme', { value, revision: 99 });
    for (const value of [globex, { ...globex, tenant: 'acme' }, between]) {
      set(value);
      expect(await failureOf(open().forEncryption('acme'))).toEqual(refused);
      expect(await failureOf(open().forDecryption({ tenant: 'acme', version: 3 }))).toEqual(refused);
    }
    store.versions.delete('acme');
    expect(await failureOf(open().forDecryption({ tenant: 'acme', version: 3 }))).toEqual(refused);
  });

  it('refuses every flipped bit and every shortened record', async () => {
    const { store, open } = await rotated();
    const value = store.versions.get('acme')?.value as StoredKeyVersions;
    const message = Buffer.from(value.sealed, 'base64');
    const reader = open();
    const accepted: string[] = [];
    const look = async (what: string, change: Partial<StoredKeyVersions>) => {
      store.versions.set('acme', { value: { ...value, ...change }, revision: 99 });
      if ((await failureOf(reader.versions('acme'))) === null) accepted.push(what);
    };
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = Buffer.from(message);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      await look(`bit ${bit}`, { sealed: changed.toString('base64') });
    }
    for (let length = 0; length < message.length; length++)
      await look(`length ${length}`, { sealed: message.subarray(0, length).toString('base64') });
    await look('another current version', { current: 1 });
    expect(accepted).toEqual([]);
    await look('as it was', {});
    expect(accepted).toEqual(['as it was']);
  });
});
