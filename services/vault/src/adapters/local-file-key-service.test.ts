import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { createLocalFileKeyService } from './local-file-key-service.ts';

const name = { tenant: 'acme', version: 1 };
const refused = { code: 'vault_unavailable', retryable: false, reason: 'tenant_key' };
const development = (rootKey = randomBytes(32)) => createLocalFileKeyService({ rootKey, mode: 'development' });

describe('createLocalFileKeyService', () => {
  it('refuses to start in production mode', () => {
    expect(() => createLocalFileKeyService({ rootKey: randomBytes(32), mode: 'production' })).toThrow(
      'development only',
    );
  });

  it('unwraps the key it generated, also after a restart with the same file', async () => {
    const rootKey = randomBytes(32);
    const { key, wrapped } = await development(Buffer.from(rootKey)).generateTenantKey(name);
    expect(key).toHaveLength(32);
    expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false);
    expect(await development(Buffer.from(rootKey)).unwrap(wrapped, name)).toEqual(key);
  });

  it.each([
    ['another tenant', { tenant: 'globex', version: 1 }],
    ['another version', { tenant: 'acme', version: 2 }],
  ])('never unwraps under the context of %s', async (_, other) => {
    const service = development();
    const { wrapped } = await service.generateTenantKey(name);
    expect(await failureOf(service.unwrap(wrapped, other))).toEqual(refused);
  });

  it('never unwraps under another root key', async () => {
    const { wrapped } = await development().generateTenantKey(name);
    expect(await failureOf(development().unwrap(wrapped, name))).toEqual(refused);
  });

  it('refuses every single flipped bit', async () => {
    const service = development();
    const wrapped = Buffer.from((await service.generateTenantKey(name)).wrapped);
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const changed = Buffer.from(wrapped);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(await failureOf(service.unwrap(changed, name)), `bit ${bit}`).toEqual(refused);
    }
  });

  it('refuses every shortened and every lengthened wrapped key', async () => {
    const service = development();
    const wrapped = Buffer.from((await service.generateTenantKey(name)).wrapped);
    for (let length = 0; length < wrapped.length; length++)
      expect(await failureOf(service.unwrap(wrapped.subarray(0, length), name))).toEqual(refused);
    expect(await failureOf(service.unwrap(Buffer.concat([wrapped, Buffer.from([0])]), name))).toEqual(refused);
  });

  it('names the root key by a fingerprint that differs between root keys and is not the key', () => {
    const rootKey = randomBytes(32);
    const { keyId } = development(Buffer.from(rootKey));
    expect(keyId).toBe(development(Buffer.from(rootKey)).keyId);
    expect(keyId).not.toBe(development().keyId);
    expect(rootKey.toString('hex')).not.toContain(keyId.replace('local:', ''));
  });

  it('wipes the root key when closed', () => {
    const rootKey = randomBytes(32);
    development(rootKey).close();
    expect(rootKey.equals(Buffer.alloc(32))).toBe(true);
  });
});
