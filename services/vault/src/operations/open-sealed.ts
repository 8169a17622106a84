import { type Issue, joinPath, PatchbayError, type SealedSecret } from '@patchbay/contracts';
import type { z } from 'zod';
import type { Sealer } from './ports.ts';

/** Bytes that sealing adds at most: version, nonce and authenticator of an xkey message. */
const sealOverheadBytes = 64;

/**
 * The value inside a sealed secret.
 * @param path where the secret stands in the request, for errors; `maxBytes` is of its JSON.
 * @throws PatchbayError `invalid_request` naming the path; its text never holds anything of what was inside.
 */
export function openSealed<Schema extends z.ZodType>(
  sealer: Sealer,
  sealed: SealedSecret,
  { path, schema, maxBytes }: { readonly path: string; readonly schema: Schema; readonly maxBytes: number },
): z.output<Schema> {
  const ciphertext = Buffer.from(sealed.ciphertext, 'base64');
  if (ciphertext.length > maxBytes + sealOverheadBytes)
    throw unusable([{ path: `${path}.ciphertext`, message: `longer than it may be (${maxBytes} bytes)` }]);
  let plaintext: Buffer;
  try {
    plaintext = Buffer.from(sealer.open(ciphertext, sealed.sender));
  } catch {
    throw unusable([{ path: `${path}.ciphertext`, message: "not sealed to this vault's key by that sender" }]);
  }
  try {
    return parse(plaintext, path, schema);
  } finally {
    plaintext.fill(0);
  }
}

function parse<Schema extends z.ZodType>(plaintext: Buffer, path: string, schema: Schema): z.output<Schema> {
  let decoded: unknown;
  try {
    decoded = JSON.parse(plaintext.toString('utf8'));
  } catch {
    throw unusable([{ path, message: 'not JSON' }]);
  }
  const parsed = schema.safeParse(decoded);
  if (parsed.success) return parsed.data;
  // The schema's own messages may quote keys that a caller put a secret into; paths of known fields and codes do not.
  throw unusable(
    parsed.error.issues.map((issue) => ({ path: joinPath(path, issue.path.slice(0, 1)), message: issue.code })),
  );
}

/** What a sealed secret is refused with. */
export function unusable(issues: Issue[]): PatchbayError {
  const first = issues[0];
  return new PatchbayError('invalid_request', {
    message: `The sealed secret is not usable: ${first?.path}: ${first?.message}.`,
    details: { issues },
  });
}
