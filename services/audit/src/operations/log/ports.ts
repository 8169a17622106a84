import type { LeafRange } from '@patchbay/audit-log/proofs';

/** The tree over a tenant's log. Methods throw PatchbayError `audit_unavailable` when the store is away. */
export interface LogTree {
  /** How far the log goes now, as what it grows by has it; size 0 for a tenant that has none. */
  head(tenant: string): Promise<{ readonly size: number; readonly root: Buffer }>;
  /** The hashes of subtrees of the log, in their order. Null when not all of them are stored. */
  hashes(tenant: string, ranges: readonly LeafRange[]): Promise<Buffer[] | null>;
  /** The root of the log's first leaves. Null as above. */
  root(tenant: string, size: number): Promise<Buffer | null>;
}

export interface StoredCheckpoint {
  readonly size: number;
  readonly root: Buffer;
  /** The signed note. */
  readonly note: string;
  readonly signedAt: Date;
  readonly keptOutside: boolean;
}

/** Checkpoints in the database, in which they are never changed but for signatures that are added. Throws as above. */
export interface CheckpointStore {
  /** The last that was signed in due course. */
  newest(tenant: string): Promise<StoredCheckpoint | null>;
  /** Of a size, whyever it was signed. */
  ofSize(tenant: string, size: number): Promise<StoredCheckpoint | null>;
  /** Signed in due course, with sizes below one and above another, largest first. */
  below(tenant: string, size: number, limit: number, above?: number): Promise<readonly StoredCheckpoint[]>;
  /** Tenants whose log has something new, enough of it or for long enough. */
  due(everyMs: number, everyEvents: number): Promise<readonly string[]>;
  /** Takes it upon this process to sign for a tenant; false when another has. Ends by itself. */
  claim(tenant: string): Promise<boolean>;
  /** Adds one behind the newest; false, and nothing is added, when that is not `after` any more. */
  add(tenant: string, checkpoint: NewCheckpoint, after: number): Promise<boolean>;
  /** Adds one of a size that somebody asked for, unless there is one. */
  addAsked(tenant: string, checkpoint: NewCheckpoint): Promise<void>;
  addSignatures(tenant: string, size: number, note: string): Promise<void>;
  /** Those that are not known to be outside, oldest first. */
  unkept(limit: number): Promise<readonly { readonly tenant: string; readonly size: number; readonly note: string }[]>;
  markKept(tenant: string, size: number): Promise<void>;
}

export type NewCheckpoint = Pick<StoredCheckpoint, 'size' | 'root' | 'note'>;

/**
 * Where checkpoints are kept outside of the database's failure domain, by the origin of their log: a database that begins anew, under
 * another name, finds nothing that would bind it. Throws an Error when it cannot be reached.
 */
export interface CheckpointArchive {
  /** The note of the largest size that is kept, if that is `from` or more. */
  newest(origin: string, from: number): Promise<string | null>;
  /** Keeps a note for ever. `other`: one of the same size is kept already, and says something else. */
  keep(origin: string, size: number, note: string): Promise<'kept' | 'other'>;
}

/** Somebody who signs checkpoints of ours if each goes on from the one before (C2SP tlog-witness). */
export interface CheckpointWitness {
  /** For logs and messages. */
  readonly name: string;
  /**
   * Lines of signatures, each with its newline. `proveFrom` makes the proof from the size that the witness knows.
   * @throws Error saying why it does not sign.
   */
  cosign(
    log: { readonly origin: string; readonly note: string; readonly size: number; readonly oldSize: number },
    proveFrom: (size: number) => Promise<readonly Buffer[]>,
  ): Promise<string>;
}

/** What an operator hears of. */
export interface LogReport {
  /** The log is not what was signed, or what is kept outside: nothing more is signed until somebody acts. */
  inconsistent(tenant: string, what: LogFault): void;
  signed(tenant: string, size: number): void;
  unwitnessed(tenant: string, witness: string, cause: unknown): void;
  unkept(tenant: string, cause: unknown): void;
  failed(tenant: string, cause: unknown): void;
}

/**
 * `tree_damaged`: hashes are missing, or do not come to the head. `rewritten`: the log does not go on from its last checkpoint.
 * `rolled_back`: what is kept outside is newer than what is here. `forked`: outside is a checkpoint of another history.
 */
export type LogFault = 'tree_damaged' | 'rewritten' | 'rolled_back' | 'forked';
