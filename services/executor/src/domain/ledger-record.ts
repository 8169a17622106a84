import type { ExecutionResult } from '@patchbay/contracts';

/** What the idempotency ledger holds under (tenant, key): the claim first, the answer after. */
export interface LedgerRecord {
  readonly state: 'running' | 'done';
  readonly execution_id: string;
  readonly tool: string;
  readonly version: string;
  /** Digest of tool and canonical arguments: the same key with other arguments is another request. */
  readonly digest: string;
  /** Unix milliseconds. */
  readonly started_at: number;
  readonly deadline_ms: number;
  /** Over which connection the call is made, if that was known when the key was claimed. */
  readonly connection?: string;
  /** Where the process that holds it can be found while it is under way. */
  readonly presence?: string;
  /** Unlike any other's: whoever claims or takes over knows its own writing by it when the answer was lost. */
  readonly mark?: string;
  readonly result?: ExecutionResult;
}

/** Milliseconds past its deadline after which a running claim's executor is taken for dead; covers clock skew. */
export const claimGraceMs = 10_000;

export type LedgerReading =
  /** Same request, answered: replay it. */
  | { readonly kind: 'replay'; readonly result: ExecutionResult }
  /** Same request, still under way. */
  | { readonly kind: 'running' }
  /** Same request, and whoever ran it is gone: nobody knows whether it had its effect. */
  | { readonly kind: 'abandoned' }
  /** The key was used for another request. */
  | { readonly kind: 'conflict' };

/** What an existing record means for a request with the same key. `nowMs` is Unix milliseconds. */
export function readLedger(record: LedgerRecord, digest: string, nowMs: number): LedgerReading {
  if (record.digest !== digest) return { kind: 'conflict' };
  if (record.state === 'done' && record.result !== undefined) return { kind: 'replay', result: record.result };
  return nowMs > record.started_at + record.deadline_ms + claimGraceMs ? { kind: 'abandoned' } : { kind: 'running' };
}
