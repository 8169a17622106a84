import type { AuditData, ExecuteRequest } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import type { Span } from '@patchbay/service-kit';
import type { Lane } from '../domain/admission.ts';
import type { RunningExecution } from '../domain/running-executions.ts';
import { argumentsDigest } from './digest-request.ts';

/** As much of a span as work inside the execution needs. */
export type ExecutionSpan = Pick<Span, 'recording' | 'child'>;

/** What the door knows of the call. */
export interface ExecuteCall {
  /** Proven by the subject. */
  readonly tenant: string;
  /** `performance.now()` at receipt: the deadline counts from here. */
  readonly receivedAt: number;
  /** W3C traceparent of this execution. */
  readonly traceparent: string;
  readonly traceId: string | null;
  /** What the caller is in, for a span of our own; null when it named nothing. */
  readonly parent?: string | null;
  /** Set while a trace of this execution is recorded. */
  readonly span?: ExecutionSpan;
  /** The caller's inbox, for a stream's chunks; left out for calls that nobody waits for at one. */
  readonly replyTo?: string;
  /** Default `live`: somebody waits on the line. `background` work, such as a submission, has a small share of the room. */
  readonly lane?: Lane;
  /** Where the caller can be found, if it said: a read that nobody waits for any more is stopped. */
  readonly presence?: string | null;
  /** Default: made up. */
  readonly executionId?: string;
  /** Who acts, where that is no agent. */
  readonly actor?: AuditData['actor'];
  /** What policies ask was settled when it was handed in: nobody is asked again. What they forbid, they forbid. */
  readonly cleared?: boolean;
  /** The same of a plan's calls, by their ids. */
  readonly clearedCalls?: readonly string[];
  /** It is judged now and made later, and counts when it is made. */
  readonly later?: true;
  /** A look on behalf of a call that was let through: policies have spoken. */
  readonly judged?: true;
  /** The plan that it is a call of, and whether the ledger keeps the answers of its reads too. */
  readonly plan?: { readonly id: string; readonly keepsReads: boolean };
}

/** An execution between its checks and its answer. */
export interface Run {
  readonly request: ExecuteRequest;
  readonly call: ExecuteCall;
  readonly prepared: PreparedTool;
  readonly execution: RunningExecution;
  /** On the clock of `performance.now()`. */
  readonly deadlineAt: number;
  /** Digest of the arguments, for audit and the ledger. Made when it is first asked for: a read has time while its upstream works. */
  readonly argumentsDigest: string;
  /** Idempotency key under which the ledger holds it; null for reads outside a plan with a key, and for calls that brought none. */
  readonly ledgerKey: string | null;
  /** Whether it is on record before it leaves; otherwise its outcome is its one record. */
  readonly recordsIntent: boolean;
  /** Milliseconds that it was made to wait for a rate limit so far. */
  readonly pace: { waitedMs: number };
}

/** The run of a request that passed its checks. */
export function newRun(
  executionId: string,
  request: ExecuteRequest,
  call: ExecuteCall,
  prepared: PreparedTool,
  recordsIntent: boolean,
): Run {
  let digest: string | undefined;
  return {
    get argumentsDigest() {
      digest ??= argumentsDigest(request.arguments);
      return digest;
    },
    request,
    call,
    prepared,
    deadlineAt: call.receivedAt + request.deadline_ms,
    recordsIntent,
    pace: { waitedMs: 0 },
    ledgerKey: prepared.risk === 'read' && call.plan?.keepsReads !== true ? null : (request.idempotency_key ?? null),
    execution: {
      tenant: call.tenant,
      executionId,
      ...(call.plan !== undefined && { planId: call.plan.id }),
      idempotencyKey: request.idempotency_key ?? null,
      session: request.context.session ?? null,
      risk: prepared.risk,
      abort: new AbortController(),
      attempted: false,
    },
  };
}

/** Milliseconds left, at least 1. */
export function remaining({ deadlineAt }: Pick<Run, 'deadlineAt'>): number {
  return Math.max(1, deadlineAt - performance.now());
}
