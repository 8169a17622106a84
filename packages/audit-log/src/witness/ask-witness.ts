import { parseSize } from '../note/checkpoint.ts';
import { formatAddCheckpoint } from './add-checkpoint-request.ts';

/** What a witness answered, as it came. */
export interface WitnessReply {
  readonly status: number;
  readonly text: string;
}

export interface WitnessQuestion {
  /** The signed checkpoint, and the size that it names. */
  readonly note: string;
  readonly size: number;
  /** Of the log when this witness signed it last, as far as we know; 0: it never did. */
  readonly oldSize: number;
  /** What proves that the checkpoint's tree begins with that of an older size, which is neither 0 nor larger. */
  readonly proofFrom: (oldSize: number) => readonly Buffer[] | Promise<readonly Buffer[]>;
  /** Posts a body to the witness's address. */
  readonly post: (body: string) => Promise<WitnessReply>;
}

/** `ahead`: the witness signed `size` records of the log already, more than the checkpoint has. */
export type WitnessTold =
  | { readonly kind: 'signed'; readonly reply: WitnessReply }
  | { readonly kind: 'ahead'; readonly reply: WitnessReply; readonly size: number }
  | { readonly kind: 'refused'; readonly reply: WitnessReply };

/** A witness tells its size once; a log that is busy may have had it sign another meanwhile. */
const tries = 4;

/** Where a witness takes checkpoints (C2SP tlog-witness): below its own address. */
export function addCheckpointUrl(witness: string): string {
  return `${witness.replace(/\/+$/, '')}/add-checkpoint`;
}

/**
 * Asks a witness to sign a checkpoint. One that knows another size of the log than we thought says which, and is asked again from
 * there. Whether what it answered is its signature is for the caller to judge. @throws what `post` and `proofFrom` throw.
 */
export async function askWitness({ note, size, oldSize, proofFrom, post }: WitnessQuestion): Promise<WitnessTold> {
  let from = oldSize;
  for (let left = tries; ; left--) {
    const proof = from === 0 || from === size ? [] : await proofFrom(from);
    const reply = await post(formatAddCheckpoint(from, proof, note));
    if (reply.status === 200) return { kind: 'signed', reply };
    const told = reply.status === 409 ? parseSize(reply.text.trimEnd()) : null;
    if (told !== null && told > size) return { kind: 'ahead', reply, size: told };
    if (told === null || told === from || left === 0) return { kind: 'refused', reply };
    from = told;
  }
}
