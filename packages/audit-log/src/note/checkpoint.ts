import { hashBytes } from '../merkle/hashes.ts';
import { isSize } from '../merkle/proof-ranges.ts';
import { decodeBase64 } from './base64.ts';
import { type SigningKey, signText } from './note-signer.ts';
import { formatNote, type NoteVerdict, parseNote, type SignedNote, verifyNote } from './signed-note.ts';
import type { VerifierKey } from './verifier-key.ts';

/** How many leaves a log has, and its root with those. */
export interface TreeHead {
  readonly size: number;
  readonly root: Buffer;
}

/** C2SP tlog-checkpoint: what a log signs. */
export interface Checkpoint extends TreeHead {
  /** Which log: `patchbay/<installation>/<tenant>`. */
  readonly origin: string;
  /**
   * The checkpoint before it, so that leaving one out of a file of them shows; size 0 for the first. Null where a log of another
   * kind names none. In the note it is an extension line.
   */
  readonly previous: TreeHead | null;
}

/** Which log of which installation. @throws RangeError for an installation that would make another log's origin. */
export function logOrigin(installation: string, tenant: string): string {
  if (!/^[A-Za-z0-9._-]+$/.test(installation)) throw new RangeError('An installation id is letters, digits, . _ -');
  return `patchbay/${installation}/${tenant}`;
}

/** The note's text. @throws RangeError when a part cannot be written. */
export function formatCheckpoint({ origin, size, root, previous }: Checkpoint): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note may have none
  if (origin === '' || /[\u0000-\u001f]/.test(origin)) throw new RangeError('An origin is one line that is not empty.');
  const head = `${origin}\n${formatHead({ size, root }, '\n')}\n`;
  return previous === null ? head : `${head}previous ${formatHead(previous, ' ')}\n`;
}

/** Null when the text is no checkpoint. Extension lines that are not known are passed over. */
export function parseCheckpoint(text: string): Checkpoint | null {
  if (!text.endsWith('\n')) return null;
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  const head = parseHead(size, root);
  if (origin === '' || head === null || extensions.includes('')) return null;
  const named = extensions.filter((line) => line.startsWith('previous '));
  if (named.length > 1) return null;
  let previous: TreeHead | null = null;
  if (named[0] !== undefined) {
    const [, before = '', hash = '', ...more] = named[0].split(' ');
    previous = parseHead(before, hash);
    if (previous === null || more.length > 0 || previous.size > head.size) return null;
  }
  return { origin, ...head, previous };
}

/** Signs it under its origin, as a log does. */
export async function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): Promise<string> {
  const text = formatCheckpoint(checkpoint);
  return formatNote({ text, signatures: [await signText(text, checkpoint.origin, key)] });
}

export interface OpenedCheckpoint {
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
  readonly verdict: NoteVerdict;
}

/** Reads a signed checkpoint and says who of `keys` signed it. Null when it is none. */
export function openCheckpoint(text: string, keys: readonly VerifierKey[]): OpenedCheckpoint | null {
  const note = parseNote(text);
  const checkpoint = note && parseCheckpoint(note.text);
  return note === null || checkpoint === null ? null : { note, checkpoint, verdict: verifyNote(note, keys) };
}

function formatHead({ size, root }: TreeHead, between: string): string {
  if (!isSize(size) || root.length !== hashBytes)
    throw new RangeError('A tree head has a size and a hash of 32 bytes.');
  return `${size}${between}${root.toString('base64')}`;
}

function parseHead(size: string, root: string): TreeHead | null {
  const count = parseSize(size);
  const hash = decodeBase64(root);
  return count === null || hash?.length !== hashBytes ? null : { size: count, root: hash };
}

/** A size in decimal without leading zeroes; null for anything else, also beyond 2^53 - 1. */
export function parseSize(text: string): number | null {
  const size = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  return isSize(size) ? size : null;
}
