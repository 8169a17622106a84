import type { PatchbayError } from '@patchbay/contracts';
import { errorBody, toErrorBody } from '@patchbay/contracts';
import type { BuiltRequest } from '../request/build-request.ts';
import { buildRequest } from '../request/build-request.ts';
import type { StepPlan } from '../request/step-plan.ts';
import { attemptStep } from './attempt-step.ts';
import { backoffMs } from './backoff.ts';
import { dropToken, ensureToken } from './exchange-token.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import type { Success } from './judge-response.ts';
import type { LatencyEstimate } from './latency-estimate.ts';
import type { Effect, Failure } from './verdict.ts';
import { refusal } from './verdict.ts';
import { paused, waitOut } from './wait-out.ts';

/** Carries out one step: builds its request once, then attempts it until it succeeds or may not be repeated. */
export async function runStep(ports: AttemptPorts, execution: Execution, step: StepPlan): Promise<Success | Failure> {
  const { input } = execution;
  const effect = input.idempotencyKey === null ? step.effectWithoutKey : step.effectWithKey;
  const { retry } = input.prepared;
  const latency = ports.latencies.of(step);
  let request: BuiltRequest;
  try {
    request = buildRequest(step, execution.context);
  } catch (error) {
    return refusal(toErrorBody(error));
  }
  if (input.prepared.exchange !== null && request.mayCarryCredential) {
    const refused = await ensureToken(ports, execution);
    if (refused !== null) return refused;
  }
  let last: Failure | null = null;
  let unsettled: Failure | null = null;

  for (let attempt = 1; ; attempt++) {
    // 1. May this attempt start: the upstream takes calls, not cancelled, time enough, circuit closed?
    const now = ports.now();
    const pausedMs = ports.pauses.size === 0 ? 0 : ports.pauses.waitMs(execution.pauseScope(request.host), now);
    if (pausedMs > 0 && (await waitOut(ports, execution, pausedMs, latency.p50Ms))) {
      attempt--;
      continue;
    }
    const stop = pausedMs > 0 ? paused(execution, pausedMs) : obstacle(execution, latency, attempt, now);
    const permit = stop === null ? ports.health.enter(execution, request.host, now) : 0;
    if (stop !== null || typeof permit === 'number') {
      return settle(last, unsettled, effect) ?? stop ?? circuitOpen(execution, permit as number);
    }
    if (attempt === 1) permit.host.budget.deposit();

    // 2. Attempt.
    let result: Success | Failure;
    try {
      result = await attemptStep(ports, execution, step, request, effect, permit);
    } catch (error) {
      return settle(last, unsettled, effect) ?? refusal(toErrorBody(error as PatchbayError));
    }
    if (result.ok) return result;
    last = result;
    if (result.status === 'outcome_unknown') unsettled = result;

    // 3. A refused credential may be replaced once, for a call that may be repeated.
    if (result.unauthorised && effect !== 'once' && (await refresh(ports, execution))) continue;
    if (result.unauthorised && effect === 'once') dropToken(ports, execution);

    // 4. Another attempt, if the failure allows it, there is time for the wait and an answer, and the budget has room.
    if (!result.retry || attempt >= retry.max_attempts) break;
    // Where a socket was lacking here, callers are told when to come back; our own attempts spread over less.
    const askedMs = result.error.code === 'overloaded' ? 0 : (result.error.retry_after_ms ?? 0);
    const waitMs = Math.max(askedMs, backoffMs(retry, attempt, ports.random));
    const endsAt = ports.now() + waitMs + latency.p50Ms;
    if (endsAt >= input.deadlineAt || !permit.host.budget.withdraw(ports.now())) break;
    if (waitMs > 0) await ports.watch.guard(ports.sleep(waitMs, input.signal), input.deadlineAt, () => undefined);
    if (input.signal?.aborted === true && unsettled === null) return refusal(errorBody('cancelled'), 'cancelled');
  }
  return settle(last, unsettled, effect) as Failure;
}

/** Why no attempt may start now. */
function obstacle({ input }: Execution, latency: LatencyEstimate, attempt: number, now: number): Failure | null {
  if (input.signal?.aborted === true) return refusal(errorBody('cancelled'), 'cancelled');
  const leftMs = input.deadlineAt - now;
  // Only a first attempt may put the estimate to the test.
  if (attempt === 1 ? latency.admit(leftMs, now) : leftMs > 0 && leftMs >= latency.p50Ms) return null;
  const message =
    leftMs > 0
      ? 'What is left of the deadline is less than an answer usually takes.'
      : 'The deadline had passed before anything was sent.';
  return refusal(errorBody('deadline_exceeded', { message }), 'refused');
}

function circuitOpen(execution: Execution, waitMs: number): Failure {
  const message = `${execution.input.prepared.document.name} failed repeatedly; calls to it are paused.`;
  return refusal(errorBody('circuit_open', { message, retryAfterMs: Math.ceil(waitMs) }), 'refused');
}

/**
 * The failure to report after the last attempt. When an earlier attempt was sent and not answered, a later failure does
 * not undo it: only an answer that the upstream gave for the same key does.
 */
function settle(last: Failure | null, unsettled: Failure | null, effect: Effect): Failure | null {
  if (last === null || unsettled === null || last === unsettled) return last;
  const { upstream_status: status } = last.error.details;
  const isAnswer =
    effect === 'keyed' &&
    last.answered &&
    typeof status === 'number' &&
    status < 500 &&
    status !== 429 &&
    status !== 401;
  if (isAnswer) return last;
  return {
    ...unsettled,
    error: { ...unsettled.error, details: { ...unsettled.error.details, last_error: last.error.code } },
  };
}

/** Asks for another credential, inside the deadline. True when there is one, and it is another. */
async function refresh(ports: AttemptPorts, execution: Execution): Promise<boolean> {
  const { refreshCredential, deadlineAt } = execution.input;
  if (execution.refreshed) return false;
  execution.refreshed = true;
  if (execution.input.prepared.exchange !== null)
    return dropToken(ports, execution) && (await ensureToken(ports, execution)) === null;
  if (refreshCredential === undefined) return false;
  // A vault that fails leaves the upstream's refusal as the answer.
  const asked = refreshCredential('unauthorized').catch(() => null);
  const credential = await ports.watch.guard(asked, deadlineAt, () => null);
  if (credential === null) return false;
  const refused = execution.credentialMark();
  execution.credential = credential;
  // The one that was refused will be refused again.
  return execution.credentialMark() !== refused;
}
