import { parseSize } from '../note/checkpoint.ts';
import { formatNote, parseNote, parseSignatureLine, verifyNote } from '../note/signed-note.ts';
import type { VerifierKey } from '../note/verifier-key.ts';
import { formatAddCheckpoint } from './add-checkpoint-request.ts';

export interface CosignatureRequest {
  /** Where the witness is; `/add-checkpoint` follows. */
  readonly url: string;
  /** The signed checkpoint. */
  readonly note: string;
  /** Its key, of type 4. */
  readonly witness: VerifierKey;
  /** What proves that the checkpoint's tree begins with that of an older size, which is neither 0 nor larger. */
  readonly proofFrom: (oldSize: number) => readonly Buffer[] | Promise<readonly Buffer[]>;
  /** Milliseconds for each request. */
  readonly timeoutMs: number;
}

export type CosignatureAnswer =
  /** The checkpoint with the witness's signature below the log's. */
  | { readonly ok: true; readonly note: string }
  /** `ahead`: the witness signed a longer log already. `refused`: with a status. `untrue`: its answer is not signed by its key. */
  | {
      readonly ok: false;
      readonly why: 'ahead' | 'refused' | 'untrue';
      readonly status: number;
      readonly detail: string;
    };

/** A witness tells its size once; a log that is busy may have had it sign another meanwhile. */
const tries = 4;

/** Asks a witness to sign a checkpoint. @throws what `fetch` throws when it cannot be reached. */
export async function requestCosignature(request: CosignatureRequest): Promise<CosignatureAnswer> {
  const note = parseNote(request.note);
  const size = parseSize(note?.text.split('\n')[1] ?? '');
  if (note === null || size === null) throw new RangeError('What a witness signs is a signed checkpoint.');
  let oldSize = 0;
  for (let left = tries; ; left--) {
    const proof = oldSize === 0 || oldSize === size ? [] : await request.proofFrom(oldSize);
    const { status, text } = await post(request, formatAddCheckpoint(oldSize, proof, request.note));
    if (status === 200) {
      const signature = parseSignatureLine(
        text.split('\n').find((line) => line.includes(` ${request.witness.name} `)) ?? '',
      );
      const signed = { text: note.text, signatures: signature === null ? [] : [signature] };
      if (signature !== null && verifyNote(signed, [request.witness]).ok)
        return { ok: true, note: formatNote({ ...note, signatures: [...note.signatures, signature] }) };
      return { ok: false, why: 'untrue', status, detail: `The answer is not signed by '${request.witness.name}'.` };
    }
    const told = status === 409 ? parseSize(text.trimEnd()) : null;
    if (told === null || left === 0) return { ok: false, why: 'refused', status, detail: text.trim().slice(0, 200) };
    if (told > size)
      return { ok: false, why: 'ahead', status, detail: `The witness signed a log of ${told} records already.` };
    oldSize = told;
  }
}

async function post({ url, timeoutMs }: CosignatureRequest, body: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: answer.status, text: await answer.text() };
}
