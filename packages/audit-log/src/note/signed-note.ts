import { verify } from 'node:crypto';
import { decodeBase64 } from './base64.ts';
import { cosignedMessage } from './cosigned-message.ts';
import { isKeyName, type VerifierKey } from './verifier-key.ts';

/** One line below a note's text. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** What follows the key's id. */
  readonly bytes: Buffer;
}

/** C2SP signed-note: a text that ends in a newline, and who signed it. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A text of more bytes, or with more signatures, is not read. */
export const maxNoteBytes = 65_536;
const maxSignatures = 64;

/** Null when it is no signed note. Says nothing about its signatures. */
export function parseNote(note: string): SignedNote | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note may have none but newlines
  if (Buffer.byteLength(note) > maxNoteBytes || /[\u0000-\u0009\u000b-\u001f]/.test(note) || !note.isWellFormed())
    return null;
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || split + 2 === note.length) return null;
  const lines = note.slice(split + 2, -1).split('\n');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === null) return null;
    signatures.push(signature);
  }
  return signatures.length > maxSignatures ? null : { text: note.slice(0, split + 1), signatures };
}

/** Null when the line, without its newline, is none. */
export function parseSignatureLine(line: string): NoteSignature | null {
  const match = /^— (\S+) (\S+)$/u.exec(line);
  const bytes = decodeBase64(match?.[2] ?? '');
  const name = match?.[1] ?? '';
  if (bytes === null || bytes.length < 5 || !isKeyName(name)) return null;
  return { name, keyId: bytes.readUInt32BE(0), bytes: bytes.subarray(4) };
}

export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(formatSignatureLine).join('')}`;
}

/** With its newline. */
export function formatSignatureLine({ name, keyId, bytes }: NoteSignature): string {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(keyId);
  return `— ${name} ${Buffer.concat([id, bytes]).toString('base64')}\n`;
}

/** A signature that a known key made. */
export interface VerifiedSignature {
  readonly key: VerifierKey;
  /** When a witness says that it saw the checkpoint, in POSIX seconds; null where a signature has no time. */
  readonly time: number | null;
}

export type NoteVerdict =
  | { readonly ok: true; readonly signatures: readonly VerifiedSignature[] }
  /** `unsigned`: no known key signed it. `signature_wrong`: one is said to have, and has not, so that nothing of the note counts. */
  | { readonly ok: false; readonly reason: 'unsigned' | 'signature_wrong'; readonly name: string | null };

/** Who of `keys` signed the note. Signatures of others are passed over. */
export function verifyNote({ text, signatures }: SignedNote, keys: readonly VerifierKey[]): NoteVerdict {
  const verified: VerifiedSignature[] = [];
  for (const signature of signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.keyId);
    if (key === undefined) continue;
    const found = verifySignature(text, signature, key);
    if (found === null) return { ok: false, reason: 'signature_wrong', name: key.name };
    verified.push(found);
  }
  return verified.length > 0
    ? { ok: true, signatures: verified }
    : { ok: false, reason: 'unsigned', name: signatures[0]?.name ?? null };
}

function verifySignature(text: string, { bytes }: NoteSignature, key: VerifierKey): VerifiedSignature | null {
  if (key.type === 1)
    return bytes.length === 64 && verify(null, Buffer.from(text), key.key, bytes) ? { key, time: null } : null;
  if (bytes.length !== 72) return null;
  const time = Number(bytes.readBigUInt64BE(0));
  if (!Number.isSafeInteger(time) || !verify(null, cosignedMessage(text, time), key.key, bytes.subarray(8)))
    return null;
  return { key, time };
}
