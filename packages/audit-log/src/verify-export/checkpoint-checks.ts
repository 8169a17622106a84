import type { KeyObject } from 'node:crypto';
import type { CompactRange } from '../merkle/compact-range.ts';
import { emptyRoot } from '../merkle/hashes.ts';
import { type Checkpoint, openCheckpoint, type TreeHead } from '../note/checkpoint.ts';
import { type SignedNote, type VerifiedSignature, verifyNote } from '../note/signed-note.ts';
import { type VerifierKey, verifierKey } from '../note/verifier-key.ts';
import type { ExportProblem } from './verdict.ts';

export interface CheckpointKeys {
  /** Of the log. A key without a name counts as one of any origin that the file names. */
  readonly log: readonly (VerifierKey | KeyObject)[];
  /** Of witnesses, of type 4. */
  readonly witnesses: readonly VerifierKey[];
  /** Checkpoints that were signed by witnesses after the export was made: their signatures count where the text is the same. */
  readonly cosigned?: readonly SignedNote[];
}

type Report = (problem: Omit<ExportProblem, 'line'>) => void;

/** A checkpoint that is what it should be, as far as it can be told without the records. */
export interface AcceptedCheckpoint {
  readonly note: string;
  readonly checkpoint: Checkpoint;
  readonly witnessed: readonly VerifiedSignature[];
}

/** Holds the checkpoints of one log against each other: each is signed, and names the one before it. */
export class CheckpointChecks {
  readonly #origin: string;
  readonly #keys: readonly VerifierKey[];
  readonly #report: Report;
  readonly #cosigned: readonly SignedNote[];
  /** The last checkpoint that was seen and is rightly signed; of the file's beginning, what the log's tree was there. */
  #last: TreeHead;
  /** Whether a checkpoint may name one before the file's beginning, which is not there to be seen. */
  #beginning: boolean;

  constructor(origin: string, before: CompactRange, keys: CheckpointKeys, report: Report) {
    this.#origin = origin;
    this.#report = report;
    this.#cosigned = keys.cosigned ?? [];
    this.#last = { size: before.size, root: before.size === 0 ? emptyRoot() : before.root() };
    this.#beginning = before.size > 0;
    this.#keys = [
      ...keys.log.map((key) => ('bytes' in key ? key : verifierKey(origin, key))),
      ...keys.witnesses.filter(({ type }) => type === 4),
    ];
  }

  /** Of the last checkpoint that was accepted. */
  get last(): TreeHead {
    return this.#last;
  }

  /** Null when it cannot be believed, which was reported. */
  accept(note: string, nextIndex: number): AcceptedCheckpoint | null {
    const index = this.#last.size;
    const opened = openCheckpoint(note, this.#keys);
    if (opened === null) {
      this.#report({ what: 'checkpoint_malformed', index, before: nextIndex, detail: 'This is no checkpoint.' });
      return null;
    }
    const { checkpoint } = opened;
    const { text, signatures: own } = opened.note;
    const added = this.#cosigned.filter((one) => one.text === text).flatMap(({ signatures }) => signatures);
    const verdict =
      added.length === 0 ? opened.verdict : verifyNote({ text, signatures: [...own, ...added] }, this.#keys);
    const before = Math.max(checkpoint.size, index + 1);
    const where = { index, before: before > index + 1 ? before : null };
    if (checkpoint.origin !== this.#origin) {
      const detail = `The checkpoint is of log '${checkpoint.origin}'.`;
      this.#report({ what: 'wrong_origin', ...where, detail });
      return null;
    }
    if (!verdict.ok && verdict.reason === 'signature_wrong') {
      const detail = `The signature of '${verdict.name}' under the checkpoint is wrong.`;
      this.#report({ what: 'checkpoint_signature_wrong', ...where, detail });
      return null;
    }
    const signatures = verdict.ok ? verdict.signatures : [];
    if (!signatures.some(({ key }) => key.type === 1)) {
      const detail = `The checkpoint of size ${checkpoint.size} is not signed by the given key.`;
      this.#report({ what: 'checkpoint_unsigned', ...where, detail });
      return null;
    }
    this.#checkChain(checkpoint);
    this.#last = { size: checkpoint.size, root: checkpoint.root };
    this.#beginning = false;
    return { note, checkpoint, witnessed: signatures.filter(({ time }) => time !== null) };
  }

  #checkChain({ size, previous }: Checkpoint): void {
    const last = this.#last;
    const where = { index: last.size, before: null };
    if (size <= last.size && !(size === 0 || (this.#beginning && size === last.size))) {
      const detail = `The checkpoint of size ${size} comes after one of size ${last.size}.`;
      this.#report({ what: 'checkpoint_misplaced', ...where, detail });
    } else if (previous === null) {
      const detail = `The checkpoint of size ${size} names none before it.`;
      this.#report({ what: 'checkpoint_unchained', ...where, detail });
    } else if (previous.size > last.size && previous.size < size) {
      const detail = `There is no checkpoint of size ${previous.size}, which the one of size ${size} names before it.`;
      this.#report({ what: 'checkpoint_dropped', index: last.size, before: previous.size, detail });
    } else if (previous.size === last.size ? !previous.root.equals(last.root) : !this.#beginning) {
      const detail = `The checkpoint of size ${size} goes on from another log than the one before it: it names size ${previous.size}.`;
      this.#report({ what: 'forked', ...where, detail });
    }
  }
}
