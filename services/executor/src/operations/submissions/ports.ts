import type { DeadLetter, StoredSubmission, SubmissionFinished } from '@patchbay/contracts';
import type { SubmissionRecord } from '../../domain/submission-record.ts';

/** What became of submissions, by tenant and id. Every method @throws PatchbayError `overloaded` when storage is away. */
export interface KeepResults {
  read(tenant: string, id: string): Promise<{ record: SubmissionRecord; revision: number } | null>;
  /** The revision, or null when there is a record already. */
  create(tenant: string, id: string, record: SubmissionRecord): Promise<number | null>;
  /** The revision, or null when another was first. */
  update(tenant: string, id: string, record: SubmissionRecord, revision: number): Promise<number | null>;
  /** Nothing when it was changed since that revision. */
  remove(tenant: string, id: string, revision: number): Promise<void>;
}

export interface QueueSubmission {
  /**
   * Settles when the stream has it. `messageId` makes a repeat within two minutes harmless.
   * @throws PatchbayError `overloaded` when the tenant's backlog is full or the stream does not answer.
   */
  add(tenant: string, stored: StoredSubmission, messageId: string): Promise<void>;
}

export interface KeptDeadLetter {
  readonly letter: DeadLetter;
  /** The message as text. */
  readonly payload: string;
  readonly revision: number;
}

/** Submissions that were given up. Every method @throws PatchbayError `overloaded` when storage is away. */
export interface KeepDeadLetters {
  put(letter: DeadLetter, payload: string): Promise<void>;
  /** All, of one tenant or of every one. */
  list(tenant: string | undefined): Promise<DeadLetter[]>;
  read(tenant: string, id: string): Promise<KeptDeadLetter | null>;
  /** False when it is no longer there. */
  remove(tenant: string, id: string, revision: number): Promise<boolean>;
}

export interface AnnounceSubmission {
  finished(tenant: string, event: SubmissionFinished): void;
}

/** Writes down what happened to a submission outside of its execution. */
export interface RecordSubmission {
  record(tenant: string, what: 'dead_lettered' | 'replayed' | 'dropped', letter: DeadLetter): void;
}
