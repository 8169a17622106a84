import type { AuditClass, SinkSettings } from '@patchbay/contracts';
import type { SentRecord } from '../../domain/sink-request.ts';
import type { SinkAnswer } from '../../domain/sink-retry.ts';

/** A sink as it is stored. */
export interface StoredSink {
  readonly id: string;
  /** Null: of the installation. */
  readonly tenant: string | null;
  readonly name: string;
  readonly settings: SinkSettings;
  /** The vault's name of its token; null: it has none there. */
  readonly secretId: string | null;
  readonly state: 'active' | 'paused';
  readonly problem: string | null;
  readonly failures: number;
  /** Unix milliseconds, like all below. */
  readonly failingSinceMs: number | null;
  readonly nextTryMs: number | null;
  readonly deliveredMs: number | null;
  readonly delivered: number;
  /** Records that it has not got. */
  readonly waiting: number;
}

/** Every method throws PatchbayError `audit_unavailable` when the store is away. */
export interface SinkStore {
  /** `tenant` null: of the installation. */
  list(tenant: string | null): Promise<readonly StoredSink[]>;
  find(tenant: string | null, name: string): Promise<StoredSink | null>;
  /** Makes or changes one. `from`: an index to start at, or where the logs end now; left out, one that is there goes on. */
  put(sink: Pick<StoredSink, 'id' | 'tenant' | 'name' | 'settings' | 'secretId'>, from?: number | 'end'): Promise<void>;
  remove(id: string): Promise<void>;
  /** Paused, with a reason, or set going: then its failures are forgotten. */
  setState(id: string, state: 'active' | 'paused', problem: string | null): Promise<void>;
}

/** A tenant's log, as far as a sink has not got it. */
export interface Backlog {
  readonly tenant: string;
  readonly nextIndex: number;
  readonly size: number;
}

/** Records from a place on. */
export interface RecordPage {
  /** Those of the classes asked for that are kept still. */
  readonly records: readonly SentRecord[];
  /** Every place before it was looked at. */
  readonly upTo: number;
}

/** What a process needs to send for sinks. Throws as above. */
export interface SinkWork {
  /** Takes sinks that are due and nobody else's for a while. */
  claim(owner: string, leaseMs: number): Promise<readonly StoredSink[]>;
  /** Goes on having it; false when it is another's by now, or was removed or paused. */
  renew(id: string, owner: string, leaseMs: number): Promise<boolean>;
  release(id: string, owner: string): Promise<void>;
  /** Whatever of it is left to send, by tenant. */
  backlogs(sink: StoredSink): Promise<readonly Backlog[]>;
  readRecords(page: {
    readonly tenant: string;
    readonly fromIndex: number;
    readonly limit: number;
    readonly classes: readonly AuditClass[];
  }): Promise<RecordPage>;
  /** Notes that the sink has everything before `to`. `taken`: records that it took by this. */
  advance(
    id: string,
    tenant: string,
    step: { readonly from: number; readonly to: number; readonly taken: number },
  ): Promise<void>;
  /** Notes a failure, and when to come again. @returns failures in a row and since when. */
  fail(
    id: string,
    problem: string,
    nextTryMs: number,
  ): Promise<{ readonly failures: number; readonly sinceMs: number }>;
}

/** Sends one request. Never rejects for what the network or the target can do. */
export type SendToSink = (
  sink: StoredSink,
  request: { readonly body: string; readonly contentType: string; readonly batch: string },
) => Promise<SinkAnswer>;
