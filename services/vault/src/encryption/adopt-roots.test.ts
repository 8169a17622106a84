import { randomBytes } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { memoryRoots } from '../../test/memory-roots.ts';
import { type MemoryTenantKeyStore, memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import { adoptRoots, adoptRootsAtStart } from './adopt-roots.ts';
import { rootKeyService } from './rooted-key-service.ts';
import { createTenantKeys } from './tenant-keys.ts';

const rootKey = randomBytes(32);
const local = () => createLocalFileKeyService({ rootKey: Buffer.from(rootKey), mode: 'development' });
const now = () => new Date('2026-11-29T00:00:00.000Z');
let keyStore: MemoryTenantKeyStore;
let reports: string[];

/** A store as vaults left it that knew no roots. */
beforeEach(async () => {
  [keyStore, reports] = [memoryTenantKeyStore(), []];
  const keys = createTenantKeys({ keyService: local(), store: keyStore, now });
  for (const tenant of ['acme', 'globex', 'initech']) await keys.forEncryption(tenant);
});

const ports = (roots: ReturnType<typeof memoryRoots>, rootsId = 'here') => {
  const keyService = rootKeyService(local(), roots);
  const keys = createTenantKeys({ keyService, store: keyStore, now });
  return { keyStore, keyService, keys, rootsId, report: (_: string, message: string) => void reports.push(message) };
};
const use = ({ keys }: ReturnType<typeof ports>, tenant: string) =>
  failureOf(keys.forDecryption({ tenant, version: 1 }));

describe('a vault that starts', () => {
  it('roots the keys of a store that never had roots, once, and takes none without a root from then on', async () => {
    const roots = memoryRoots();
    const before = structuredClone(keyStore.rows.get('acme.1'));
    await Promise.all([adoptRoots(ports(roots)), adoptRoots(ports(roots))]);
    for (const tenant of ['acme', 'globex', 'initech']) expect(await use(ports(roots), tenant)).toBeNull();
    expect(reports[0]).toContain('take one from now on');

    const after = structuredClone(keyStore.rows);
    await adoptRoots(ports(roots));
    expect(keyStore.rows).toEqual(after);
    if (before !== undefined) keyStore.rows.set('acme.1', before);
    await adoptRoots(ports(roots));
    expect(await use(ports(roots), 'acme')).toMatchObject({ reason: 'tenant_key' });
  });

  it('roots no key of a tenant that was erased, and leaves what is damaged', async () => {
    const roots = memoryRoots();
    await roots.destroy('acme');
    const row = keyStore.rows.get('globex.1');
    if (row !== undefined) keyStore.rows.set('globex.1', { ...row, wrapped: 'no base64!' });
    await adoptRoots(ports(roots));
    expect(await use(ports(roots), 'acme')).toMatchObject({ reason: 'erased' });
    expect(await use(ports(roots), 'globex')).toMatchObject({ reason: 'tenant_key' });
    expect(await use(ports(roots), 'initech')).toBeNull();
  });

  it('waits for a store that does not answer yet, and not for ever', async () => {
    const unanswered = new PatchbayError('vault_unavailable', { message: 'The store of connections did not answer.' });
    const create = keyStore.createRootsId;
    let lost = 1;
    // Written, and the answer lost.
    keyStore.createRootsId = async (id) => {
      const created = await create(id);
      if (lost-- > 0) throw unanswered;
      return created;
    };
    await adoptRootsAtStart(ports(memoryRoots()));
    expect(await keyStore.getRootsId()).toBe('here');
    expect(reports).toContain('the store of tenant keys does not answer yet');

    keyStore.getRootsId = () => Promise.reject(unanswered);
    await expect(adoptRootsAtStart(ports(memoryRoots()), 0)).rejects.toBe(unanswered);
  });

  it('does not start where the keys are rooted elsewhere', async () => {
    await adoptRoots(ports(memoryRoots()));
    await expect(adoptRoots(ports(memoryRoots(), 'there'))).rejects.toThrow('another directory (here)');
  });

  it('waits for roots that are away, rather than say that it has some', async () => {
    const roots = memoryRoots();
    const away = { ...roots, ensure: () => Promise.reject(new Error('away')) };
    await expect(adoptRoots(ports(away))).rejects.toThrow('away');
    expect(await keyStore.getRootsId()).toBeNull();
    await adoptRoots(ports(roots));
    expect(await use(ports(roots), 'acme')).toBeNull();
  });
});
