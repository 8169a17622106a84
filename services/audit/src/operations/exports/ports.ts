import type { CompactRange } from '@patchbay/audit-log/proofs';
import type { ExportJob } from '@patchbay/contracts';

/** One place of a tenant's log. */
export interface ExportPlace {
  readonly index: number;
  /** As it is written of what is stored; null when the body is gone. */
  readonly record: string | null;
  readonly leaf: Buffer;
}

/** Part of a tenant's log: from `first` to before `size`. */
export interface ExportRange {
  readonly tenant: string;
  readonly first: number;
  readonly size: number;
}

/** What exports are written of. Every method throws PatchbayError `audit_unavailable` when the store is away. */
export interface ExportLog {
  /** The name of the tenant's log, as checkpoints bear it. */
  originOf(tenant: string): Promise<string>;
  /** Records that the log holds now. */
  sizeOf(tenant: string): Promise<number>;
  /** Size of the newest checkpoint; null when there is none. */
  newestCheckpoint(tenant: string): Promise<number | null>;
  /** The signed note of a size; signed and kept now if there is none. */
  checkpointOf(tenant: string, size: number): Promise<string>;
  /** Checkpoints that were signed in due course, by size, behind one and up to another. */
  readCheckpoints(page: {
    readonly tenant: string;
    readonly above: number;
    readonly upTo: number;
    readonly limit: number;
  }): Promise<readonly { readonly size: number; readonly note: string }[]>;
  /** The tree of the first so many leaves. */
  treeAt(tenant: string, size: number): Promise<CompactRange>;
  readPlaces(range: {
    readonly tenant: string;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly ExportPlace[]>;
  /** Indices of the first and the last place with a record of a time; null when there is none. Unix milliseconds; null: no bound. */
  placesBetween(
    tenant: string,
    time: { readonly fromMs: number | null; readonly toMs: number | null },
  ): Promise<{ readonly first: number; readonly last: number } | null>;
}

/** A job, with what only this service needs of it. */
export interface StoredExport extends ExportJob {
  /** Of the object in the bucket. */
  readonly key: string;
}

/** Jobs of exports to object storage. Throws as above. */
export interface ExportJobs {
  add(job: StoredExport): Promise<void>;
  /** Newest first. */
  list(tenant: string, id: string | undefined, limit: number): Promise<readonly ExportJob[]>;
  /** Takes one that waits, or whose process is gone; null when there is none. */
  claim(owner: string, leaseMs: number): Promise<StoredExport | null>;
  /** Notes how far it is and goes on having it; false when it is another's by now. */
  progress(id: string, owner: string, records: number, leaseMs: number): Promise<boolean>;
  finish(id: string, owner: string, result: { readonly bytes: number; readonly sha256: string }): Promise<void>;
  /** Gives it back, to be tried again at a time, or gives it up. */
  fail(id: string, owner: string, problem: string, again: { readonly atMs: number } | null): Promise<void>;
  /** Tries that failed so far. */
  attemptsOf(id: string): Promise<number>;
}

/** Object storage. */
export interface ObjectStore {
  /** `s3://bucket/prefix/key` of a key. */
  locationOf(key: string): string;
  /**
   * Writes an object out of pieces as they come, holding no more than a part of it. Nothing is to be seen of it before its end.
   * @param onPart called after each part; rejecting ends it. @throws Error when the storage fails.
   */
  put(key: string, pieces: AsyncIterable<Uint8Array>, onPart: () => Promise<void>): Promise<void>;
}
