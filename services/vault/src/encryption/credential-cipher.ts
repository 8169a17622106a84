import { AlgorithmSuiteIdentifier, buildClient, CommitmentPolicy, type KeyringNode } from '@aws-crypto/client-node';
import { PatchbayError, type StoredCredential } from '@patchbay/contracts';
import type { CredentialBinding, CredentialCipher } from '../operations/ports.ts';
import { base64Bytes } from './base64.ts';
import { credentialContext } from './credential-context.ts';
import { frameBytes, isCredentialMessage } from './message-layout.ts';
import type { TenantKeys } from './tenant-keys.ts';

const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
const client = buildClient({
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: 1,
});

/** Longest credential, as bytes of its JSON. With its envelope and base64 it fits the bucket's value limit. */
export const maxCredentialBytes = frameBytes - 1;

/** The AWS Encryption SDK with key commitment required, over the tenant's own key. */
export function createCredentialCipher(tenantKeys: TenantKeys): CredentialCipher {
  async function seal(
    binding: CredentialBinding,
    plaintext: Uint8Array,
    { keyring, version }: { keyring: KeyringNode; version: number },
  ): Promise<StoredCredential> {
    const { result } = await client.encrypt(keyring, plaintext, {
      suiteId,
      encryptionContext: credentialContext(binding),
      frameLength: frameBytes,
    });
    return { credential_version: binding.version, tenant_key_version: version, message: result.toString('base64') };
  }

  async function decrypt(binding: CredentialBinding, stored: StoredCredential): Promise<Buffer> {
    const key = { tenant: binding.tenant, version: stored.tenant_key_version };
    const message = base64Bytes(stored.message);
    if (
      message === null ||
      stored.credential_version !== binding.version ||
      !isCredentialMessage(message, credentialContext(binding), key)
    )
      throw integrityFailure();
    const keyring = await tenantKeys.forDecryption(key);
    try {
      // Verifies the key commitment, the header with the context compared above, and the body.
      return (await client.decrypt(keyring, message)).plaintext;
    } catch (error) {
      throw integrityFailure(error);
    }
  }

  return {
    encrypt: async (binding, plaintext) => seal(binding, plaintext, await tenantKeys.forEncryption(binding.tenant)),
    decrypt,
    async reencrypt(binding, stored, version) {
      const plaintext = await decrypt(binding, stored);
      try {
        const keyring = await tenantKeys.forDecryption({ tenant: binding.tenant, version });
        return await seal(binding, plaintext, { keyring, version });
      } finally {
        plaintext.fill(0);
      }
    },
    isCurrent: async (tenant, version) => (await tenantKeys.versions(tenant)).current === version,
  };
}

function integrityFailure(cause?: unknown): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message:
      'The stored credential is not what was stored for this connection. Add the connection again, and find out who changed the store.',
    retryable: false,
    details: { reason: 'integrity' },
    cause,
  });
}
