import { Buffer } from 'node:buffer';
import { type AddConnectionRequest, Credential, type Issue, joinPath, PatchbayError } from '@patchbay/contracts';
import { expiryOf } from '../domain/credential-expiry.ts';
import type { Sealer } from './ports.ts';

const root = 'sealed_credential';
/** Bytes that sealing adds at most: version, nonce and authenticator of an xkey message. */
const sealOverheadBytes = 64;

/**
 * The credential inside a sealed one, and its JSON. The caller owns the bytes and wipes them.
 * @param maxBytes longest credential, as bytes of JSON.
 * @throws PatchbayError `invalid_request` naming the path; its text never holds anything of what was inside.
 */
export function openSealedCredential(
  sealer: Sealer,
  sealed: AddConnectionRequest['sealed_credential'],
  maxBytes: number,
): { credential: Credential; plaintext: Buffer } {
  const ciphertext = Buffer.from(sealed.ciphertext, 'base64');
  if (ciphertext.length > maxBytes + sealOverheadBytes)
    throw invalid([{ path: `${root}.ciphertext`, message: `longer than a credential may be (${maxBytes} bytes)` }]);
  let plaintext: Buffer;
  try {
    plaintext = Buffer.from(sealer.open(ciphertext, sealed.sender));
  } catch {
    throw invalid([{ path: `${root}.ciphertext`, message: "not sealed to this vault's key by that sender" }]);
  }
  try {
    const credential = parseCredential(plaintext);
    return { credential, plaintext: Buffer.from(JSON.stringify(credential)) };
  } finally {
    plaintext.fill(0);
  }
}

function parseCredential(plaintext: Buffer): Credential {
  let decoded: unknown;
  try {
    decoded = JSON.parse(plaintext.toString('utf8'));
  } catch {
    throw invalid([{ path: root, message: 'not JSON' }]);
  }
  const parsed = Credential.safeParse(decoded);
  // The schema's own messages may quote keys that a caller put a secret into; paths of known fields and codes do not.
  if (!parsed.success)
    throw invalid(
      parsed.error.issues.map((issue) => ({ path: joinPath(root, issue.path.slice(0, 1)), message: issue.code })),
    );
  const expiresAt = expiryOf(parsed.data);
  if (expiresAt !== null && Number.isNaN(Date.parse(expiresAt)))
    throw invalid([{ path: `${root}.expires_at`, message: 'not an RFC 3339 time' }]);
  return parsed.data;
}

function invalid(issues: Issue[]): PatchbayError {
  const first = issues[0];
  return new PatchbayError('invalid_request', {
    message: `The sealed credential is not usable: ${first?.path}: ${first?.message}.`,
    details: { issues },
  });
}
