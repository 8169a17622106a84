import { PatchbayError, type VaultJob, type VaultJobKind } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';
import { revokeErased, whatIsBack } from './what-is-back.ts';

describe('whatIsBack', () => {
  it.each<[string, { kind: VaultJobKind; state?: VaultJob['state'] } | null, number[], boolean]>([
    ['whose erasure is not in the store', null, [], true],
    ['that has another job in its place', { kind: 'rotate_tenant_key' }, [], true],
    ['that has keys in spite of its erasure', { kind: 'erase_tenant' }, [1], true],
    ['that is being erased', { kind: 'erase_tenant', state: 'running' }, [1], false],
    ['that is erased', { kind: 'erase_tenant' }, [], false],
  ])('tells a tenant %s', async (_, found, keys, isBack) => {
    const { connections, credentials } = memoryVault();
    const back = whatIsBack({
      store: {
        get: async () => (found === null ? null : { job: { state: 'done', ...found } as VaultJob, revision: 1 }),
      },
      keyStore: { list: async () => keys },
      connections: connections.store,
      credentials: credentials.store,
    });
    const erased = { tenant: 'acme', connections: [] };
    expect(await back(erased)).toEqual(isBack ? erased : null);
  });
});

/** A vault with two connections, of which the first was removed. */
async function removedOne() {
  const vault = memoryVault();
  const add = async () => (await vault.add(addRequest(vault.sealer.publicKey), caller)).connection.id;
  const [gone, kept] = [await add(), await add()];
  const [before, row] = [structuredClone(vault.connections.rows), structuredClone(vault.credentials.rows)];
  await vault.remove({ tenant: 'acme', connection: gone }, caller);
  const back = whatIsBack({
    store: { get: async () => null },
    keyStore: { list: async () => [] },
    connections: vault.connections.store,
    credentials: vault.credentials.store,
  });
  const restore = (what: 'connections' | 'credentials') => {
    const [to, from] = what === 'connections' ? [vault.connections.rows, before] : [vault.credentials.rows, row];
    for (const [key, value] of from as Map<string, never>) to.set(key, value);
  };
  const statusOf = async (id: string) => (await vault.connections.store.get('acme', id))?.value.status;
  return { vault, gone, kept, back, restore, statusOf };
}

describe('an erased connection', () => {
  it('is back with its record, or with its credential alone, and not when it never was there', async () => {
    const { gone, back, restore } = await removedOne();
    const erased = { tenant: 'acme', connections: [gone, 'con_01JD0000000000000000000000'] };
    expect(await back(erased)).toBeNull();
    restore('credentials');
    expect(await back(erased)).toEqual({ tenant: 'acme', connections: [gone] });
    restore('connections');
    expect(await back(erased)).toEqual({ tenant: 'acme', connections: [gone] });
  });

  it('is revoked before anything is lent, and no other', async () => {
    const { vault, gone, kept, restore, statusOf } = await removedOne();
    restore('connections');
    expect(await statusOf(gone)).toBe('active');
    await revokeErased({ ...vault.ports }, [{ tenant: 'acme', connections: [gone, 'con_01JD0000000000000000000000'] }]);
    expect([await statusOf(gone), await statusOf(kept)]).toEqual(['revoked', 'active']);
  });

  it('keeps a vault from starting when it cannot be asked for, and not when nobody can read it', async () => {
    const { vault, gone } = await removedOne();
    const erased = [{ tenant: 'acme', connections: [gone] }];
    const failing = (retryable: boolean) => ({
      ...vault.ports,
      connections: {
        ...vault.connections.store,
        get: async () => {
          throw new PatchbayError('vault_unavailable', { retryable });
        },
      },
    });
    expect(await failureOf(revokeErased(failing(true), erased))).toMatchObject({ code: 'vault_unavailable' });
    await revokeErased(failing(false), erased);
    expect(vault.reports.map(({ message }) => message)).toContain('an erased connection is not what was stored');
  });
});
