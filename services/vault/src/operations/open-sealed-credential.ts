import { Credential, type SealedSecret } from '@patchbay/contracts';
import { expiryOf } from '../domain/credential-expiry.ts';
import { openSealed, unusable } from './open-sealed.ts';
import type { Sealer } from './ports.ts';

const path = 'sealed_credential';

/**
 * The credential inside a sealed one.
 * @param maxBytes longest credential, as bytes of JSON.
 * @throws PatchbayError `invalid_request` as of `openSealed`, or when its end cannot be read.
 */
export function openSealedCredential(sealer: Sealer, sealed: SealedSecret, maxBytes: number): Credential {
  const credential = openSealed(sealer, sealed, { path, schema: Credential, maxBytes });
  const expiresAt = expiryOf(credential);
  if (expiresAt !== null && Number.isNaN(Date.parse(expiresAt)))
    throw unusable([{ path: `${path}.expires_at`, message: 'not an RFC 3339 time' }]);
  return credential;
}
