import { createHmac, randomBytes } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import { decryptGcm, encryptGcm, ivBytes, tagBytes } from '../encryption/aes-256-gcm.ts';
import {
  type KeyService,
  type TenantKeyName,
  tenantKeyBytes,
  wrappingContextBytes,
} from '../encryption/key-service.ts';

/** First byte of a wrapped key: format 1 is AES-256-GCM as version 1, IV 12, key 32, tag 16. */
const format = 1;
const wrappedBytes = 1 + ivBytes + tenantKeyBytes + tagBytes;

/**
 * Wraps tenant keys under a key that lies in a file beside the vault: for development, where there is no key service.
 * Whoever can read the file and the store has every credential, so production mode refuses it.
 * @param rootKey 32 bytes, of a file that only the vault's user can read.
 * @throws Error in production mode.
 */
export function createLocalFileKeyService({
  rootKey,
  previousRootKey,
  mode,
}: {
  rootKey: Buffer;
  /** The root key before this one, of a file of its own: keys wrapped under it are unwrapped too. */
  previousRootKey?: Buffer;
  mode: 'development' | 'production';
}): KeyService {
  if (mode === 'production')
    throw new Error(
      'The local key file is for development only. In production set PATCHBAY_KMS_PROVIDER=aws-kms and PATCHBAY_KMS_KEY_ID.',
    );
  function unwrapWithEither(wrapped: Buffer, name: TenantKeyName): Buffer {
    if (previousRootKey === undefined) return unwrap(rootKey, wrapped, name);
    try {
      return unwrap(rootKey, wrapped, name);
    } catch {
      return unwrap(previousRootKey, wrapped, name);
    }
  }

  return {
    provider: 'local',
    // A fingerprint that tells two root keys apart and says nothing of either.
    keyId: `local:${createHmac('sha256', rootKey).update('patchbay-key-id').digest('hex').slice(0, 16)}`,
    async generateTenantKey(name) {
      const key = randomBytes(tenantKeyBytes);
      return { key, wrapped: wrap(rootKey, key, name) };
    },
    async unwrap(wrapped, name) {
      return unwrapWithEither(Buffer.from(wrapped), name);
    },
    async rewrap(wrapped, name) {
      const key = unwrapWithEither(Buffer.from(wrapped), name);
      try {
        return wrap(rootKey, key, name);
      } finally {
        key.fill(0);
      }
    },
    close() {
      rootKey.fill(0);
      previousRootKey?.fill(0);
    },
  };
}

function wrap(rootKey: Buffer, key: Buffer, name: TenantKeyName): Buffer {
  const iv = randomBytes(ivBytes);
  return Buffer.concat([Buffer.from([format]), iv, encryptGcm(rootKey, iv, wrappingContextBytes(format, name), key)]);
}

function unwrap(rootKey: Buffer, wrapped: Buffer, name: TenantKeyName): Buffer {
  if (wrapped.length !== wrappedBytes || wrapped[0] !== format) throw refused();
  const iv = wrapped.subarray(1, 1 + ivBytes);
  const key = decryptGcm(rootKey, iv, wrappingContextBytes(format, name), wrapped.subarray(1 + ivBytes));
  if (key === null) throw refused();
  return key;
}

function refused(): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message: 'The local key file does not unwrap this tenant key.',
    retryable: false,
    details: { reason: 'tenant_key' },
  });
}
