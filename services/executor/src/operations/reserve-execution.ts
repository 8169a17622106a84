import { type ExecutionResult, PatchbayError } from '@patchbay/contracts';
import { auditFacts } from '../domain/execution-facts.ts';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import { beforeDeadline } from './deadline.ts';
import { requestDigest } from './digest-request.ts';
import { type Run, remaining } from './execution-run.ts';
import type { BorrowLease, Claim, KeepLedger, Lease, LeaseInHand, RecordAudit, Recording } from './ports.ts';
import type { LogCall } from './privacy/log-call.ts';
import { steadyNow } from './steady-clock.ts';
import { traceStep } from './trace-step.ts';
import { type RoomPorts, waitForRoom } from './wait-for-room.ts';

export interface ReservePorts extends RoomPorts {
  readonly leases: BorrowLease;
  readonly inHand: LeaseInHand;
  readonly ledger: KeepLedger;
  /** Where this process can be found by others, as long as it lives. */
  readonly presence: string;
  readonly audit: RecordAudit;
  /** Left out: the intent tells nothing of arguments. */
  readonly logCall?: LogCall;
  readonly background: (work: Promise<unknown>) => void;
}

/** Everything an execution needs before its first request may leave. */
export interface Reservation {
  /** Null when there is no key to hold. */
  readonly claim: Claim | null;
  /** Null when the tool needs no connection. */
  readonly lease: Lease | null;
  /** Null when the run records none. */
  readonly intent: Recording | null;
}

/**
 * Claims the key, writes the intent, borrows the credential and asks the limiter, all at once and inside the deadline.
 * An effect needs its intent confirmed first. A read that has one needs it sent, so that it outlives this process: the
 * confirmation may arrive while the upstream works, and the answer waits for it. While a limit of the tenant is full the
 * limiter comes first: a flood beyond it then writes nothing.
 * @throws PatchbayError whatever of the four failed first; nothing was sent, and the key is given back.
 */
export async function reserveExecution(ports: ReservePorts, run: Run): Promise<Reservation> {
  const { request, call, prepared, execution, ledgerKey } = run;
  let claiming: Promise<Claim> | null = null;
  try {
    const leasing = prepared.needsConnection
      ? (ports.inHand(leaseRequest(run)) ?? ports.leases.borrow(leaseRequest(run)))
      : null;
    // A kept answer needs no room: the engine asks for it when it makes a call.
    let needsRoom = prepared.cache === undefined && ports.limits.applies(call.tenant, prepared);
    if (needsRoom && ports.turns.isStrained(call.tenant, performance.now())) {
      await beforeDeadline(waitForRoom(ports, run, leasing), run.deadlineAt, execution.abort.signal);
      needsRoom = false;
    }
    // The usual read has everything, and waits for nothing.
    if (ledgerKey === null && !run.recordsIntent && !needsRoom && !(leasing instanceof Promise)) {
      if (execution.abort.signal.aborted) throw new PatchbayError('cancelled');
      return { claim: null, lease: leasing, intent: null };
    }
    if (ledgerKey !== null)
      claiming = traceStep(
        call.span,
        'claim key',
        ports.ledger.claim(
          call.tenant,
          ledgerKey,
          ledgerRecord(run, { presence: ports.presence, connection: connectionOf(run, leasing) }),
          remaining(run),
        ),
        claimAttributes,
      );
    const intent = run.recordsIntent
      ? ports.audit.begin(call.tenant, 'dev.patchbay.execution.intent', execution.executionId, {
          ...auditFacts(request, call, prepared),
          outcome: 'intent',
          arguments_digest: run.argumentsDigest,
          ...ports.logCall?.(run),
        })
      : null;
    const reserved = Promise.all([
      claiming,
      leasing,
      intent && traceStep(call.span, 'record intent', prepared.risk === 'read' ? intent.sent : intent.durable),
      needsRoom ? waitForRoom(ports, run, leasing) : null,
    ]);
    const [claim, lease] = await beforeDeadline(reserved, run.deadlineAt, execution.abort.signal);
    return { claim, lease, intent };
  } catch (error) {
    // The claim may still be on its way: give the key back whenever it lands.
    if (claiming !== null && ledgerKey !== null)
      ports.background(claiming.then((late) => giveBack(ports.ledger, run, late)));
    throw error;
  }
}

function claimAttributes({ won }: Claim): { 'patchbay.ledger.claim': string } {
  return { 'patchbay.ledger.claim': won ? 'won' : 'held' };
}

/** Which connection the call will go over, where nobody has to be asked: a named one, or the default that is in hand. */
function connectionOf({ request }: Run, leasing: Lease | Promise<Lease> | null): string | undefined {
  if (leasing === null) return undefined;
  return request.connection ?? (leasing instanceof Promise ? undefined : leasing.connection);
}

export function borrowLease(leases: BorrowLease, run: Run, fresh = false): Promise<Lease> {
  return leases.borrow(leaseRequest(run, fresh));
}

function leaseRequest({ call, prepared, request, execution }: Run, fresh = false): Parameters<LeaseInHand>[0] {
  return {
    tenant: call.tenant,
    integration: prepared.integration,
    connection: request.connection,
    executionId: execution.executionId,
    traceparent: call.traceparent,
    fresh,
  };
}

/**
 * A refusal, and a failure that is safe to try again, give the key back; any other answer is kept for a repeat. False
 * when another executor has taken the key over: its answer stands, and this one may not be told.
 */
export async function settleKey(
  ledger: KeepLedger,
  run: Run,
  revision: number,
  result: ExecutionResult,
  told: boolean,
): Promise<boolean> {
  const mayRunAgain = result.status === 'refused' || (result.status === 'failed' && result.error?.retryable === true);
  const key = run.ledgerKey as string;
  return mayRunAgain
    ? ledger.release(run.call.tenant, key, revision, told)
    : ledger.settle(run.call.tenant, key, ledgerRecord(run, { result }), revision, told);
}

async function giveBack(ledger: KeepLedger, run: Run, late: Claim): Promise<void> {
  if (late.won) await ledger.release(run.call.tenant, run.ledgerKey as string, late.revision);
}

/** A claim, which says where this process can be found, or a settled answer. */
export function ledgerRecord(
  { request, prepared, execution, argumentsDigest }: Run,
  stage: { readonly presence: string; readonly connection: string | undefined } | { readonly result: ExecutionResult },
): LedgerRecord {
  const result = 'result' in stage ? stage.result : null;
  return {
    state: result === null ? 'running' : 'done',
    execution_id: result?.execution_id ?? execution.executionId,
    tool: prepared.name,
    version: prepared.version,
    digest: requestDigest(request, prepared.name, argumentsDigest),
    started_at: Math.round(steadyNow()),
    deadline_ms: request.deadline_ms,
    ...stage,
  };
}
