import { emptyRoot } from '../merkle/hashes.ts';
import { verifyConsistency } from '../merkle/verify-proof.ts';
import { openCheckpoint, type TreeHead } from '../note/checkpoint.ts';
import { cosignText, type SigningKey } from '../note/note-signer.ts';
import { formatNote, formatSignatureLine, verifyNote } from '../note/signed-note.ts';
import type { VerifierKey } from '../note/verifier-key.ts';
import { type AddCheckpointRequest, parseAddCheckpoint } from './add-checkpoint-request.ts';

/** What a witness remembers, in the place of the logs it watches. */
export interface WitnessStore {
  /** The last checkpoint of a log that was signed, with its signatures; null when there is none. @throws when it cannot be told. */
  read(origin: string): Promise<string | null>;
  /** Resolves when it would outlive the loss of power. */
  write(origin: string, note: string): Promise<void>;
  /** Keeps a checkpoint that proves that its log has two histories, beside the one that was signed. */
  keepFork(origin: string, note: string): Promise<void>;
}

export interface WitnessOptions {
  readonly name: string;
  readonly key: SigningKey;
  /** Who signs for a log; null for one that is not watched. */
  readonly keysOf: (origin: string) => readonly VerifierKey[] | null;
  readonly store: WitnessStore;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly body: string;
  /** Why not, in a word, and of which log; for the witness's own log. */
  readonly refused?: { readonly origin: string | null; readonly why: string };
}

export interface Witness {
  /** @throws what the store throws; then nothing was signed. */
  addCheckpoint(body: string): Promise<WitnessAnswer>;
}

/** A witness of logs (C2SP tlog-witness): signs a checkpoint only when it goes on from the last one that it signed. */
export function createWitness({ name, key, keysOf, store, now = Date.now }: WitnessOptions): Witness {
  /** One request of a log at a time: between reading the last checkpoint and keeping the next nothing may come. */
  const turns = new Map<string, Promise<unknown>>();

  async function add(request: AddCheckpointRequest, keys: readonly VerifierKey[]): Promise<WitnessAnswer> {
    const { oldSize, proof, note, checkpoint } = request;
    const { origin, size, root } = checkpoint;
    const stored = await store.read(origin);
    const last = stored === null ? { size: 0, root: emptyRoot() } : headOf(stored, origin, keys);
    if (oldSize !== last.size) return { ...refuse(409, origin, 'old_size'), body: `${last.size}\n` };
    if (size === last.size && !root.equals(last.root)) {
      if (size > 0) await store.keepFork(origin, formatNote(note));
      return refuse(422, origin, size > 0 ? 'fork' : 'empty_root');
    }
    const isEmptyBegin = oldSize === 0;
    const consistent = isEmptyBegin
      ? proof.length === 0
      : verifyConsistency({ oldSize, oldRoot: last.root, size, root, proof });
    if (!consistent) return refuse(422, origin, 'inconsistent');

    const cosignature = await cosignText(note.text, Math.floor(now() / 1_000), name, key);
    const ours = note.signatures.filter(({ name: of, keyId }) =>
      keys.some((one) => one.name === of && one.id === keyId),
    );
    await store.write(origin, formatNote({ text: note.text, signatures: [...ours, cosignature] }));
    return { status: 200, body: formatSignatureLine(cosignature) };
  }

  return {
    async addCheckpoint(body) {
      const request = parseAddCheckpoint(body);
      if (request === null) return refuse(400, null, 'malformed');
      const { origin, size } = request.checkpoint;
      const keys = keysOf(origin);
      if (keys === null) return refuse(404, origin, 'unknown_log');
      const verdict = verifyNote(request.note, keys);
      if (!verdict.ok) return refuse(403, origin, verdict.reason);
      if (request.oldSize > size) return refuse(400, origin, 'old_size_beyond');
      const turn = (turns.get(origin) ?? Promise.resolve()).then(() => add(request, keys));
      const settled = turn.catch(() => {});
      turns.set(origin, settled);
      void settled.then(() => turns.get(origin) === settled && turns.delete(origin));
      return turn;
    },
  };
}

/** What the witness itself kept is believed only as far as the log signed it. */
function headOf(note: string, origin: string, keys: readonly VerifierKey[]): TreeHead {
  const opened = openCheckpoint(note, keys);
  if (opened === null || opened.checkpoint.origin !== origin || !opened.verdict.ok)
    throw new Error(`What is kept of log '${origin}' is no checkpoint that the log signed.`);
  return opened.checkpoint;
}

function refuse(status: Exclude<WitnessAnswer['status'], 200>, origin: string | null, why: string): WitnessAnswer {
  return { status, body: `${why}\n`, refused: { origin, why } };
}
