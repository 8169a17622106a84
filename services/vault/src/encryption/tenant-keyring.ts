import { type KeyringNode, RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from '@aws-crypto/client-node';
import type { TenantKeyName } from './key-service.ts';

/** Provider id of our data keys inside messages. */
export const keyNamespace = 'patchbay';

/** The tenant key's name inside messages. The trailing slash keeps version 1 from being a prefix of version 10. */
export function keyNameOf({ tenant, version }: TenantKeyName): string {
  return `${tenant}/${version}/`;
}

/**
 * A raw AES keyring over a tenant key. The SDK moves the key into a native key object and wipes `key`: after this call
 * the bytes the caller passed are zero, and no other copy is on the JavaScript heap.
 */
export function createTenantKeyring(name: TenantKeyName, key: Uint8Array): KeyringNode {
  // The SDK wants the key alone in its buffer, so that wiping it wipes nothing else.
  const alone = new Uint8Array(key);
  key.fill(0);
  return new RawAesKeyringNode({
    keyNamespace,
    keyName: keyNameOf(name),
    unencryptedMasterKey: alone,
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
}
