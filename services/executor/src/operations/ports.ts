import type {
  AuditData,
  Credential,
  ExecutionResult,
  PlanFinished,
  PlanProgress,
  StreamChunk,
  StreamCredit,
} from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import type { Lane, Place } from '../domain/admission.ts';
import type { LedgerRecord } from '../domain/ledger-record.ts';

/** Tools by name, from a local copy that is always fresh. */
export interface FindTool {
  find(tenant: string, name: string, version: string | undefined): PreparedTool | null;
  names(tenant: string): Iterable<string>;
}

/** A credential borrowed for a while. */
export interface Lease {
  readonly connection: string;
  readonly credential: Credential;
  readonly variables: Record<string, string>;
}

export interface BorrowLease {
  /** The caller bounds the wait. @throws PatchbayError `connection_missing`, `credential_expired`, `vault_unavailable`, … */
  borrow(request: {
    tenant: string;
    integration: string;
    connection: string | undefined;
    executionId: string;
    /** Of the execution that asks. */
    traceparent?: string;
    fresh?: boolean;
  }): Promise<Lease>;
}

/** The lease that is at hand, without a question to the vault; null: it would have to be asked. A renewal may begin behind it. */
export type LeaseInHand = (request: Parameters<BorrowLease['borrow']>[0]) => Lease | null;

/** Places for executions, given at once or not at all. `Admission` is one. */
export interface GivePlaces {
  /** Null when there is no room for this tenant and lane. `now` on the clock of `performance.now()`. */
  enter(tenant: string, lane: Lane, now: number): Place | null;
  readonly retryAfterMs: number;
}

/** Whose limit it is: all calls of the tenant, those to an integration over one connection, or those of one tool over it. */
export type LimitScope = 'tenant' | 'integration' | 'tool';

export interface AdmitCall {
  /** Whether there is any limit to ask for. */
  applies(tenant: string, tool: PreparedTool): boolean;
  /**
   * Null when the call may go now, else whose limit holds it back, milliseconds until it may go, and between one call
   * and the next from then on. `connection` is the id, so that two names of one share its limits; null for a tool that
   * needs none. Never throws: losing the counter costs accuracy only.
   */
  admit(
    tenant: string,
    tool: PreparedTool,
    connection: string | null,
  ): Promise<{ readonly waitMs: number; readonly intervalMs: number; readonly scope: LimitScope } | null>;
}

export type Claim =
  | { readonly won: true; readonly revision: number }
  | { readonly won: false; readonly record: LedgerRecord; readonly revision: number };

/** The idempotency ledger. Writes compare and set, so that two executors can never both hold a key. */
export interface KeepLedger {
  claim(tenant: string, key: string, record: LedgerRecord, timeoutMs: number): Promise<Claim>;
  read(tenant: string, key: string): Promise<{ record: LedgerRecord; revision: number } | null>;
  /**
   * The claim's new revision; null when it changed since `revision`, or nobody answered: then the record may be there all the same,
   * with its `mark`.
   */
  takeOver(
    tenant: string,
    key: string,
    record: LedgerRecord,
    revision: number,
    timeoutMs: number,
  ): Promise<number | null>;
  /**
   * False when another executor took the key over since `revision`. While the ledger is away it is tried again: for seconds, and where the
   * answer was `told` already for minutes, since a repeat is to be told the same.
   */
  settle(tenant: string, key: string, record: LedgerRecord, revision: number, told?: boolean): Promise<boolean>;
  /** Gives a key back after a refusal: nothing was sent, so the same key may be tried again. False as for `settle`. */
  release(tenant: string, key: string, revision: number, told?: boolean): Promise<boolean>;
}

/** The moments of an audit record. Rejections nobody awaits are silent. */
export interface Recording {
  /** It is on its way, ahead of whatever is sent after it. Null: it is already. Rejects as `durable` does. */
  readonly handed: Promise<void> | null;
  /** It outlives this process. */
  readonly sent: Promise<void>;
  /** The stream confirmed it. Rejects with `audit_unavailable`. */
  readonly durable: Promise<void>;
}

/** What is learnt of an execution at its end. */
export type OutcomeEnding = Omit<Partial<AuditData>, 'actor' | 'arguments_digest' | 'sealed'> &
  Pick<AuditData, 'outcome'>;

/** An outcome of which the rest of the data is still to come. `ahead` as of `RecordAudit.begin`. */
export interface OutcomeDraft {
  complete(rest: OutcomeEnding, ahead: boolean): Recording;
}

export interface RecordAudit {
  /** Prepares an outcome while there is time, of what is known of it. Nothing is recorded until it is completed. */
  draft(
    tenant: string,
    executionId: string,
    data: Omit<AuditData, 'outcome'>,
    personal?: () => Readonly<Record<string, unknown>>,
  ): OutcomeDraft;
  begin(
    tenant: string,
    type: 'dev.patchbay.execution.intent' | 'dev.patchbay.execution.outcome',
    executionId: string,
    data: AuditData,
    how?: {
      /** What is personal of the call: asked for, and sealed, only where the tenant wants it kept. */
      readonly personal?: () => Readonly<Record<string, unknown>>;
      /** An outcome that is `handed` over before the answer is given. Others may wait a little for company. */
      readonly ahead?: boolean;
    },
  ): Recording;
}

/** Notices that whoever is to be found at a presence, a caller or another executor, is gone. */
export interface WatchPresence {
  watch(presence: string, onGone: () => void): { unsubscribe(): void };
}

/** Hears that an execution has finished, from whichever executor ran it. May miss it: listeners look for themselves too. */
export interface HeardFinish {
  /** Returns how to stop listening. */
  onFinished(tenant: string, executionId: string, listener: () => void): () => void;
}

export interface AnnounceFinished {
  finished(tenant: string, session: string | null, result: ExecutionResult): void;
}

export interface AnnouncePlan {
  progress(tenant: string, event: PlanProgress): void;
  finished(tenant: string, event: PlanFinished): void;
}

/** The way of one stream's chunks to its caller. */
export interface ChunkChannel {
  /** Sends a chunk without waiting; returns its bytes. */
  send(chunk: StreamChunk): number;
  close(): void;
}

export interface OpenChunks {
  /** `credit`: what the caller has used up. `gone`: nobody is at that inbox any more. */
  open(
    tenant: string,
    executionId: string,
    replyTo: string,
    on: { credit(credit: StreamCredit): void; gone(): void },
  ): ChunkChannel;
}
