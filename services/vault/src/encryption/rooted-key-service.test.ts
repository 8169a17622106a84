import { randomBytes } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { memoryRoots } from '../../test/memory-roots.ts';
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import type { KeyService } from './key-service.ts';
import { rootKeyService } from './rooted-key-service.ts';
import type { TenantRoots } from './tenant-roots.ts';

const name = { tenant: 'acme', version: 1 };
const refused = { code: 'vault_unavailable', retryable: false, reason: 'tenant_key' };
const erased = { code: 'vault_unavailable', retryable: false, reason: 'erased' };
const local = (rootKey = randomBytes(32), previousRootKey?: Buffer) =>
  createLocalFileKeyService({
    rootKey: Buffer.from(rootKey),
    mode: 'development',
    ...(previousRootKey !== undefined && { previousRootKey: Buffer.from(previousRootKey) }),
  });

describe('a key service with roots', () => {
  it('unwraps what it wrapped, with both the wrapping key and the root, and with neither alone', async () => {
    const [wrappingKey, roots] = [randomBytes(32), memoryRoots()];
    const service = rootKeyService(local(wrappingKey), roots);
    const { key, wrapped } = await service.generateTenantKey(name);
    expect(await rootKeyService(local(wrappingKey), roots).unwrap(wrapped, name)).toEqual(key);
    expect(await failureOf(rootKeyService(local(), roots).unwrap(wrapped, name))).toEqual(refused);
    expect(await failureOf(rootKeyService(local(wrappingKey), memoryRoots()).unwrap(wrapped, name))).toEqual(refused);
    // What the wrapping key made stands nowhere in it.
    for (let from = 0; from < wrapped.length; from++)
      expect(await failureOf(local(wrappingKey).unwrap(wrapped.subarray(from), name))).toEqual(refused);
  });

  it('unwraps nothing of a tenant whose root was destroyed, and makes no key for it', async () => {
    const service = rootKeyService(local(), memoryRoots());
    const [{ wrapped }, other] = [
      await service.generateTenantKey(name),
      await service.generateTenantKey({ tenant: 'globex', version: 1 }),
    ];
    await service.destroyRoot('acme');
    for (const attempt of [
      () => service.unwrap(wrapped, name),
      () => service.rewrap(wrapped, name, service.keyId),
      () => service.generateTenantKey({ tenant: 'acme', version: 2 }),
      () => service.root(wrapped, name),
    ])
      expect(await failureOf(attempt())).toEqual(erased);
    expect(await service.unwrap(other.wrapped, { tenant: 'globex', version: 1 })).toEqual(other.key);
  });

  it.each([
    ['another tenant', { tenant: 'globex', version: 1 }],
    ['another version', { tenant: 'acme', version: 2 }],
  ])('unwraps no key as that of %s', async (_, other) => {
    const service = rootKeyService(local(), memoryRoots());
    const { wrapped } = await service.generateTenantKey(name);
    expect(await failureOf(service.unwrap(wrapped, other))).toEqual(refused);
  });

  it('refuses every flipped bit and every cut', async () => {
    const service = rootKeyService(local(), memoryRoots());
    const { wrapped } = await service.generateTenantKey(name);
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const changed = Buffer.from(wrapped);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(await failureOf(service.unwrap(changed, name)), `bit ${bit}`).toEqual(refused);
    }
    for (let length = 0; length < wrapped.length; length++)
      expect(await failureOf(service.unwrap(wrapped.subarray(0, length), name)), `length ${length}`).toEqual(refused);
  });

  it('wraps a key under another wrapping key, and the root stays what it was', async () => {
    const [one, two, roots] = [randomBytes(32), randomBytes(32), memoryRoots()];
    const { key, wrapped } = await rootKeyService(local(one), roots).generateTenantKey(name);
    const between = rootKeyService(local(two, one), roots);
    const again = await between.rewrap(wrapped, name, local(one).keyId);
    expect(between.isRooted(again)).toBe(true);
    expect(await rootKeyService(local(two), roots).unwrap(again, name)).toEqual(key);
    expect(await failureOf(rootKeyService(local(two), roots).unwrap(wrapped, name))).toEqual(refused);
  });

  it('takes a key of before there were roots only to root it', async () => {
    const [wrappingKey, roots] = [randomBytes(32), memoryRoots()];
    const { key, wrapped } = await local(wrappingKey).generateTenantKey(name);
    const service = rootKeyService(local(wrappingKey), roots);
    expect(service.isRooted(wrapped)).toBe(false);
    expect(await failureOf(service.unwrap(wrapped, name))).toEqual(refused);
    expect(await failureOf(service.rewrap(wrapped, name, service.keyId))).toEqual(refused);
    expect(await service.unwrap(await service.root(wrapped, name), name)).toEqual(key);
  });

  it('asks the key service as often as without roots, with what that wrapped, and wipes a key that it cannot root', async () => {
    const asked: string[] = [];
    const made: Uint8Array[] = [];
    const inner = local();
    const counting: KeyService = {
      ...inner,
      async generateTenantKey(key) {
        asked.push('generate');
        const generated = await inner.generateTenantKey(key);
        made.push(generated.key);
        return generated;
      },
      unwrap(wrapped, key) {
        asked.push(`unwrap ${wrapped.length}`);
        return inner.unwrap(wrapped, key);
      },
    };
    const service = rootKeyService(counting, memoryRoots());
    await service.unwrap((await service.generateTenantKey(name)).wrapped, name);
    expect(asked).toEqual(['generate', 'unwrap 61']);

    const away: TenantRoots = {
      ...memoryRoots(),
      ensure: async () => {
        throw new PatchbayError('vault_unavailable', { details: { reason: 'roots_away' } });
      },
    };
    expect(await failureOf(rootKeyService(counting, away).generateTenantKey(name))).toMatchObject({
      reason: 'roots_away',
    });
    expect(made[1]).toEqual(Buffer.alloc(32));
  });
});
