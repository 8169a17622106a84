import { AlgorithmSuiteIdentifier, buildClient, CommitmentPolicy } from '@aws-crypto/client-node';
import { PatchbayError } from '@patchbay/contracts';
import type { CredentialCipher } from '../operations/ports.ts';
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
  return {
    async encrypt(binding, plaintext) {
      const { keyring, version } = await tenantKeys.forEncryption(binding.tenant);
      const { result } = await client.encrypt(keyring, plaintext, {
        suiteId,
        encryptionContext: credentialContext(binding),
        frameLength: frameBytes,
      });
      return { credential_version: binding.version, tenant_key_version: version, message: result.toString('base64') };
    },

    async decrypt(binding, stored) {
      const key = { tenant: binding.tenant, version: stored.tenant_key_version };
      const message = Buffer.from(stored.message, 'base64');
      if (
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
    },
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
