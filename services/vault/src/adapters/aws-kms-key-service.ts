import { DecryptCommand, GenerateDataKeyCommand, KMSClient, ReEncryptCommand } from '@aws-sdk/client-kms';
import { PatchbayError } from '@patchbay/contracts';
import { isSameKey, type KeyService, type TenantKeyName, wrappingContext } from '../encryption/key-service.ts';

export interface AwsKmsOptions {
  /** Id, ARN or alias of a symmetric encryption key. */
  readonly keyId: string;
  /** The wrapping key before this one: keys that are wrapped under it are unwrapped too, and brought under `keyId`. */
  readonly previousKeyId?: string;
  /** Another endpoint than the Region's own, such as a VPC endpoint. */
  readonly endpoint?: string;
  /** Longest wait for Decrypt, in milliseconds: a call is waiting for it. */
  readonly unwrapTimeoutMs?: number;
  /** Longest wait for GenerateDataKey, in milliseconds: only an administrator is waiting. */
  readonly generateTimeoutMs?: number;
}

/** KMS names these when the answer will be the same next time: the ciphertext, its context or its key is not ours. */
const refusals = new Set([
  'InvalidCiphertextException',
  'IncorrectKeyException',
  'InvalidKeyUsageException',
  'NotFoundException',
  'AccessDeniedException',
]);

/**
 * Tenant keys wrapped by a key that never leaves AWS KMS. Region and credentials come from the usual AWS sources. One
 * attempt for each call: the caller's deadline is short, and a throttled KMS is not helped by repeating.
 */
export function createAwsKmsKeyService(options: AwsKmsOptions): KeyService {
  const { keyId, unwrapTimeoutMs = 250, generateTimeoutMs = 2_000 } = options;
  const client = new KMSClient({
    maxAttempts: 1,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
  });

  async function decrypt(key: string, wrapped: Uint8Array, name: TenantKeyName): Promise<Uint8Array> {
    // Naming the key refuses a ciphertext made under another key that we also happen to be allowed to use.
    const command = new DecryptCommand({
      KeyId: key,
      CiphertextBlob: wrapped,
      EncryptionContext: wrappingContext(name),
    });
    const answer = await attempt(client.send(command, { abortSignal: AbortSignal.timeout(unwrapTimeoutMs) }));
    if (answer.Plaintext === undefined) throw unreadable();
    return answer.Plaintext;
  }

  return {
    provider: 'aws-kms',
    keyId,
    async generateTenantKey(name) {
      const command = new GenerateDataKeyCommand({
        KeyId: keyId,
        KeySpec: 'AES_256',
        EncryptionContext: wrappingContext(name),
      });
      const answer = await attempt(client.send(command, { abortSignal: AbortSignal.timeout(generateTimeoutMs) }));
      if (answer.Plaintext === undefined || answer.CiphertextBlob === undefined) throw unreadable();
      return { key: answer.Plaintext, wrapped: answer.CiphertextBlob };
    },
    async unwrap(wrapped, name) {
      try {
        return await decrypt(keyId, wrapped, name);
      } catch (error) {
        if (options.previousKeyId === undefined || !isOtherKey(error)) throw error;
        return decrypt(options.previousKeyId, wrapped, name);
      }
    },
    async rewrap(wrapped, name, sourceKeyId) {
      const reencrypt = async (source: string) => {
        const command = new ReEncryptCommand({
          CiphertextBlob: wrapped,
          SourceKeyId: source,
          SourceEncryptionContext: wrappingContext(name),
          DestinationKeyId: keyId,
          DestinationEncryptionContext: wrappingContext(name),
        });
        const answer = await attempt(client.send(command, { abortSignal: AbortSignal.timeout(generateTimeoutMs) }));
        if (answer.CiphertextBlob === undefined) throw unreadable();
        return answer.CiphertextBlob;
      };
      // What stands in the store is trusted with nothing: only keys that the configuration names are a source.
      const known = [options.previousKeyId, keyId].filter((id) => id !== undefined);
      const sources = known.sort((a, b) => Number(isSameKey(b, sourceKeyId)) - Number(isSameKey(a, sourceKeyId)));
      for (const [i, source] of sources.entries()) {
        try {
          return await reencrypt(source);
        } catch (error) {
          if (i === sources.length - 1 || !isOtherKey(error)) throw error;
        }
      }
      throw unreadable();
    },
    close: () => client.destroy(),
  };
}

async function attempt<Answer>(sent: Promise<Answer>): Promise<Answer> {
  try {
    return await sent;
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    if (refusals.has(name)) {
      throw new PatchbayError('vault_unavailable', {
        message: `AWS KMS refused the tenant key (${name}).`,
        retryable: false,
        details: { reason: 'tenant_key' },
        cause: error,
      });
    }
    throw new PatchbayError('vault_unavailable', {
      message: `AWS KMS did not answer (${name}).`,
      details: { reason: 'key_service' },
      cause: error,
    });
  }
}

/** Whether KMS said that the ciphertext was made by another key than the named one. */
function isOtherKey(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.name === 'IncorrectKeyException';
}

function unreadable(): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message: 'AWS KMS answered without a key.',
    details: { reason: 'key_service' },
  });
}
