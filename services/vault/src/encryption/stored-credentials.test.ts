import { StoredTenantKey } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { openMessage } from '../../test/message-reference.ts';
import vectors from '../../vectors/stored-credentials.json' with { type: 'json' };
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import { createCredentialCipher } from './credential-cipher.ts';
import { createTenantKeys } from './tenant-keys.ts';

/** The vault's cipher over the published test keys, as it would read them from its store. */
async function openCipher() {
  const store = memoryTenantKeyStore();
  for (const { row } of vectors.tenant_keys) await store.create(StoredTenantKey.parse(row));
  for (const versions of vectors.key_versions) await store.setVersions(versions, null);
  const rootKey = Buffer.from(vectors.root_key, 'hex');
  const keyService = createLocalFileKeyService({ rootKey, mode: 'development' });
  return { keyService, cipher: createCredentialCipher(createTenantKeys({ keyService, store, now: () => new Date() })) };
}

const clearKeyOf = (tenant: string, version: number) => {
  const found = vectors.tenant_keys.find(({ row }) => row.tenant === tenant && row.version === version);
  return Buffer.from(found?.key ?? '', 'hex');
};
/** JSON knows no type for an object of texts. */
const bindingOf = <Binding extends { variables: object }>(binding: Binding) => ({
  ...binding,
  variables: binding.variables as Record<string, string>,
});

describe('the published stored credentials', () => {
  it('have cases enough of both verdicts, each another', () => {
    const all = [...vectors.accepted, ...vectors.refused];
    expect(vectors.accepted.length).toBeGreaterThanOrEqual(15);
    expect(vectors.refused.length).toBeGreaterThanOrEqual(35);
    expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
  });

  it.each(vectors.accepted)('accepted: $what', async ({ binding, stored, plaintext }) => {
    const { cipher } = await openCipher();
    expect((await cipher.decrypt(bindingOf(binding), stored)).toString('base64')).toBe(plaintext);
  });

  it('are read the same by a reader that was written from the format alone', () => {
    for (const { what, binding, stored, plaintext } of vectors.accepted) {
      const key = clearKeyOf(binding.tenant, stored.tenant_key_version);
      expect(openMessage(Buffer.from(stored.message, 'base64'), key).toString('base64'), what).toBe(plaintext);
    }
  });

  it.each(vectors.refused)('refused: $what', async ({ binding, stored }) => {
    const { cipher } = await openCipher();
    expect(await failureOf(cipher.decrypt(bindingOf(binding), stored))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'integrity',
    });
  });

  it('are under tenant keys that only their own name unwraps', async () => {
    const { keyService } = await openCipher();
    for (const { row, key } of vectors.tenant_keys) {
      const wrapped = Buffer.from(row.wrapped, 'base64');
      const { tenant, version } = row;
      expect(Buffer.from(await keyService.unwrap(wrapped, { tenant, version })).toString('hex')).toBe(key);
      for (const other of [
        { tenant, version: version + 1 },
        { tenant: 'other', version },
      ])
        expect(await failureOf(keyService.unwrap(wrapped, other))).toMatchObject({ reason: 'tenant_key' });
    }
  });
});
