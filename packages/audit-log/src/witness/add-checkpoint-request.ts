import { hashBytes } from '../merkle/hashes.ts';
import { decodeBase64 } from '../note/base64.ts';
import { type Checkpoint, parseCheckpoint, parseSize } from '../note/checkpoint.ts';
import { parseNote, type SignedNote } from '../note/signed-note.ts';

/** What a log asks of a witness (C2SP tlog-witness, add-checkpoint). */
export interface AddCheckpointRequest {
  /** Size of the checkpoint that the witness signed last, as the log has it. */
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
}

const maxProofLines = 63;

/** Null when the body is no request. */
export function parseAddCheckpoint(body: string): AddCheckpointRequest | null {
  const split = body.indexOf('\n\n');
  if (split < 0) return null;
  const [first = '', ...lines] = body.slice(0, split).split('\n');
  const oldSize = first.startsWith('old ') ? parseSize(first.slice(4)) : null;
  const proof = lines.map(decodeBase64);
  const note = parseNote(body.slice(split + 2));
  const checkpoint = note && parseCheckpoint(note.text);
  if (oldSize === null || note === null || checkpoint === null || proof.length > maxProofLines) return null;
  if (!proof.every((hash): hash is Buffer => hash?.length === hashBytes)) return null;
  return { oldSize, proof, note, checkpoint };
}

export function formatAddCheckpoint(oldSize: number, proof: readonly Buffer[], note: string): string {
  return `old ${oldSize}\n${proof.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${note}`;
}
