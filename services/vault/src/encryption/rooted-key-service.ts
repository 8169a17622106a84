import { randomBytes } from 'node:crypto';
import { decryptGcm, encryptGcm, ivBytes } from './aes-256-gcm.ts';
import { refusedKey } from './key-refusals.ts';
import { type KeyService, type RootedKeyService, type TenantKeyName, wrappingContextBytes } from './key-service.ts';
import type { TenantRoots } from './tenant-roots.ts';

/** First bytes of a key that is wrapped twice; IV and ciphertext with its tag follow. */
const format = 'PBR1';
const head = Buffer.from(format);

/**
 * Wraps what the key service wrapped once more, with AES-256-GCM under the tenant's root. Neither is enough alone: whoever
 * may use the wrapping key needs the root, and whoever has the root needs the wrapping key. The key service is asked as often
 * as without, and for the same context.
 */
export function rootKeyService(inner: KeyService, roots: TenantRoots): RootedKeyService {
  const isRooted = (wrapped: Uint8Array) => head.equals(wrapped.subarray(0, head.length));

  async function seal(wrapped: Uint8Array, name: TenantKeyName): Promise<Buffer> {
    const root = await roots.ensure(name.tenant);
    try {
      const iv = randomBytes(ivBytes);
      return Buffer.concat([head, iv, encryptGcm(root, iv, wrappingContextBytes(format, name), wrapped)]);
    } finally {
      root.fill(0);
    }
  }

  /** What the key service wrapped. */
  async function open(wrapped: Uint8Array, name: TenantKeyName): Promise<Buffer> {
    const root = await roots.get(name.tenant);
    try {
      if (!isRooted(wrapped)) throw refusedKey('The wrapped key was stored before tenants had roots.');
      const iv = Buffer.from(wrapped.subarray(head.length, head.length + ivBytes));
      const sealed = Buffer.from(wrapped.subarray(head.length + ivBytes));
      const inside = iv.length === ivBytes ? decryptGcm(root, iv, wrappingContextBytes(format, name), sealed) : null;
      if (inside === null) throw refusedKey("The tenant's root does not open this wrapped key.");
      return inside;
    } finally {
      root.fill(0);
    }
  }

  return {
    provider: inner.provider,
    keyId: inner.keyId,
    isRooted,
    root: seal,
    async generateTenantKey(name) {
      const { key, wrapped } = await inner.generateTenantKey(name);
      try {
        return { key, wrapped: await seal(wrapped, name) };
      } catch (error) {
        key.fill(0);
        throw error;
      }
    },
    unwrap: async (wrapped, name) => inner.unwrap(await open(wrapped, name), name),
    async rewrap(wrapped, name, sourceKeyId) {
      return seal(await inner.rewrap(await open(wrapped, name), name, sourceKeyId), name);
    },
    destroyRoot: (tenant) => roots.destroy(tenant),
    close: () => inner.close(),
  };
}
