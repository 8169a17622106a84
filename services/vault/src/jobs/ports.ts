import type { StoredErasure, VaultJob } from '@patchbay/contracts';

/** Jobs by tenant, or `all`: the newest of each. Every method throws PatchbayError `vault_unavailable`. */
export interface JobStore {
  /** @throws PatchbayError also when the record is not what a vault wrote (`details.reason` `damaged_record`). */
  get(tenant: string): Promise<{ job: VaultJob; revision: number } | null>;
  /** The new revision; null when the record changed since `revision`, which is null for the tenant's first. */
  put(job: VaultJob, revision: number | null): Promise<number | null>;
  /** Calls `onJob` with each job that is there, and whenever one changes. `onDamaged` gets the key of what is none. */
  follow(
    onJob: (found: { job: VaultJob; revision: number }) => void,
    onDamaged: (key: string) => void,
  ): Promise<{ unsubscribe(): void }>;
}

/** A job in the hands of this process. Every method throws `JobLost` when it is no longer, or the process is to end. */
export interface JobInHand {
  readonly job: VaultJob;
  /** Writes the change down. */
  save(change: Partial<VaultJob>): Promise<void>;
  /** Keeps the change, and writes it down when the last writing was a while ago: a sign of life. */
  beat(change?: Partial<VaultJob>): Promise<void>;
  /** Waits, with signs of life. */
  rest(ms: number): Promise<void>;
}

export interface Erasure extends StoredErasure {
  /** Null: all of the tenant. */
  readonly connection: string | null;
}

export interface ErasureNote extends Erasure {
  /** Whether a vault wrote it. What is not so may deny, and destroys nothing. */
  readonly genuine: boolean;
}

/** What was erased, remembered apart from everything that a backup of the store brings back. */
export interface ErasureLedger {
  notes(): ErasureNote[];
  /** Remembers it for good; again is no error. @throws PatchbayError `vault_unavailable`. */
  note(erasure: Erasure): void;
}

/** What a kind of job does. It may be begun again at any point, in any process, also while another still works on it. */
export type JobWork = (hand: JobInHand) => Promise<void>;

export interface JobTimes {
  /** Milliseconds without a change after which another process goes on with a job. */
  readonly takeoverMs: number;
  /** Milliseconds between signs of life at most. */
  readonly beatMs: number;
  /** Milliseconds between tries when the key service or the store is away. */
  readonly retryMs: number;
  /** Milliseconds for which a writer may still use what it read of the key versions before they changed. */
  readonly settleMs: number;
  /** Milliseconds between looks for overlaps that are over. */
  readonly overlapsMs: number;
}

export const jobTimes: JobTimes = {
  takeoverMs: 10_000,
  beatMs: 500,
  retryMs: 1_000,
  settleMs: 5_000,
  overlapsMs: 5_000,
};
