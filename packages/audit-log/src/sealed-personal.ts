import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { maxSealedBytes, type SealedPersonal, type SubjectToken } from '@patchbay/contracts';

/** Personal values by name, such as `{ end_user, arguments }`. */
export type PersonalValues = Readonly<Record<string, unknown>>;

export interface DataKeyInUse {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** What a ciphertext is bound to: it opens for no other person, and under no other name of a key. */
const contextOf = (tenant: string, subject: string, key: string) =>
  Buffer.from(JSON.stringify(['patchbay-sealed-personal', tenant, subject, key]));

/**
 * Seals personal values under a person's key. IVs are random, so a key is good for 2^32 events (NIST SP 800-38D). Values that are more than
 * `maxSealedBytes` as JSON are left out, the largest first, and `left_out` names them.
 */
export function sealPersonal(
  tenant: string,
  subject: SubjectToken,
  { id, key }: DataKeyInUse,
  values: PersonalValues,
): SealedPersonal {
  const clear = Buffer.from(fitting(values));
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes });
  cipher.setAAD(contextOf(tenant, subject, id));
  const bytes = Buffer.concat([iv, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
  clear.fill(0);
  return { subject, key: id, sha256: sha256Of(bytes), ciphertext: bytes.toString('base64') };
}

/** SHA-256 of a ciphertext's bytes, base64url: what the log commits to. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** The values in a ciphertext; null when it is not what was sealed for this person, or not under this key. */
export function openPersonal(
  tenant: string,
  { subject, key: id }: Pick<SealedPersonal, 'subject' | 'key'>,
  { key }: Pick<DataKeyInUse, 'key'>,
  bytes: Buffer,
): PersonalValues | null {
  if (bytes.length < ivBytes + tagBytes) return null;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(contextOf(tenant, subject, id));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const clear = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
    return JSON.parse(clear.toString('utf8'));
  } catch {
    return null;
  }
}

function fitting(values: PersonalValues): string {
  const kept: Record<string, unknown> = { ...values };
  const leftOut: string[] = [];
  for (;;) {
    const text = JSON.stringify(leftOut.length === 0 ? kept : { ...kept, left_out: leftOut });
    if (Buffer.byteLength(text) <= maxSealedBytes) return text;
    const sizes = Object.entries(kept).map(([name, value]) => [name, JSON.stringify(value ?? null).length] as const);
    const [largest] = sizes.sort(([, a], [, b]) => b - a);
    if (largest === undefined) return '{}';
    delete kept[largest[0]];
    leftOut.push(largest[0]);
  }
}
