import { AlgorithmSuiteIdentifier, buildClient, CommitmentPolicy, type KeyringNode } from '@aws-crypto/client-node';
import { KeyVersions, type StoredKeyVersions } from '@patchbay/contracts';
import { base64Bytes } from './base64.ts';
import { frameBytes, isCredentialMessage } from './message-layout.ts';

const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
const client = buildClient({
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: 1,
});

/** Of a tenant that never rotated its key. */
export const firstVersions: KeyVersions = { current: 1, minimum: 1 };

const contextOf = (tenant: string) => ({ field: 'key-versions', tenant });

/** The record of a tenant's key versions, sealed under the current one: `keyring` is of that version. */
export async function sealKeyVersions(
  keyring: KeyringNode,
  tenant: string,
  versions: KeyVersions,
): Promise<StoredKeyVersions> {
  const { result } = await client.encrypt(keyring, Buffer.from(JSON.stringify(versions)), {
    suiteId,
    encryptionContext: contextOf(tenant),
    frameLength: frameBytes,
  });
  return { tenant, current: versions.current, sealed: result.toString('base64') };
}

/** What the record says, or null when it is not what was sealed for this tenant under its version `current`. */
export async function openKeyVersions(
  keyring: KeyringNode,
  tenant: string,
  stored: StoredKeyVersions,
): Promise<KeyVersions | null> {
  const message = base64Bytes(stored.sealed);
  if (message === null || !isCredentialMessage(message, contextOf(tenant), { tenant, version: stored.current }))
    return null;
  try {
    const { plaintext } = await client.decrypt(keyring, message);
    const versions = KeyVersions.parse(JSON.parse(plaintext.toString('utf8')));
    return versions.current === stored.current && versions.minimum <= versions.current ? versions : null;
  } catch {
    return null;
  }
}
