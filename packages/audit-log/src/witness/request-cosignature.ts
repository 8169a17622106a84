import { parseSize } from '../note/checkpoint.ts';
import { formatNote, parseNote, parseSignatureLine, verifyNote } from '../note/signed-note.ts';
import type { VerifierKey } from '../note/verifier-key.ts';
import { addCheckpointUrl, askWitness, type WitnessReply } from './ask-witness.ts';

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

/** Asks a witness to sign a checkpoint. @throws what `fetch` throws when it cannot be reached. */
export async function requestCosignature(request: CosignatureRequest): Promise<CosignatureAnswer> {
  const { witness, proofFrom } = request;
  const note = parseNote(request.note);
  const size = parseSize(note?.text.split('\n')[1] ?? '');
  if (note === null || size === null) throw new RangeError('What a witness signs is a signed checkpoint.');
  const told = await askWitness({
    note: request.note,
    size,
    oldSize: 0,
    proofFrom,
    post: (body) => post(request, body),
  });
  const { status, text } = told.reply;
  if (told.kind === 'ahead')
    return { ok: false, why: 'ahead', status, detail: `The witness signed a log of ${told.size} records already.` };
  if (told.kind === 'refused') return { ok: false, why: 'refused', status, detail: text.trim().slice(0, 200) };
  const signature = parseSignatureLine(text.split('\n').find((line) => line.includes(` ${witness.name} `)) ?? '');
  const signed = { text: note.text, signatures: signature === null ? [] : [signature] };
  return signature !== null && verifyNote(signed, [witness]).ok
    ? { ok: true, note: formatNote({ ...note, signatures: [...note.signatures, signature] }) }
    : { ok: false, why: 'untrue', status, detail: `The answer is not signed by '${witness.name}'.` };
}

async function post({ url, timeoutMs }: CosignatureRequest, body: string): Promise<WitnessReply> {
  const answer = await fetch(addCheckpointUrl(url), {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: answer.status, text: await answer.text() };
}
