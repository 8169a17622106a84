import type { EgressRequest, EgressStreamOutcome, EgressStreamResponse } from '@patchbay/egress';
import type { Permit } from '../breaker/upstream-health.ts';
import type { BuiltRequest } from '../request/build-request.ts';
import type { StepPlan } from '../request/step-plan.ts';
import { collectBody } from '../streaming/collect-body.ts';
import { StreamConsumption } from '../streaming/consume-stream.ts';
import { isStreamOfKind } from '../streaming/item-reader.ts';
import type { StreamPlan } from '../streaming/stream-plan.ts';
import type { AttemptWatch } from './attempt-watch.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import { judgeEgressFailure } from './judge-egress-failure.ts';
import { judgeResponse, type Success } from './judge-response.ts';
import { judgeStreamEnd } from './judge-stream-end.ts';
import { queuedMsOf } from './queued-ms.ts';
import { rememberPause } from './remember-pause.ts';
import { type Effect, type Failure, unanswered } from './verdict.ts';

type FailedOpening = Extract<EgressStreamOutcome, { ok: false }>;

const noAnswer: FailedOpening = {
  ok: false,
  failure: { kind: 'deadline', sent: true, reason: 'deadline_passed', message: 'The deadline passed.' },
};

const lost: FailedOpening = {
  ok: false,
  failure: { kind: 'connection_lost', sent: true, reason: 'connection_closed', message: 'The connection was lost.' },
};

/**
 * Makes one attempt whose answer is read item by item. The time of one attempt is for the beginning of the answer; the rest
 * has until the deadline of the execution. After the first item was delivered there is no other attempt: it would begin anew.
 */
export async function attemptStream(
  ports: AttemptPorts,
  execution: Execution,
  step: StepPlan,
  plan: StreamPlan,
  outgoing: EgressRequest,
  request: BuiltRequest,
  effect: Effect,
  permit: Permit,
  watch: AttemptWatch | undefined,
): Promise<Success | Failure> {
  const { prepared, deadlineAt } = execution.input;
  const startedAt = ports.now();
  let inTime = true;
  const opening = ports
    .open({
      ...outgoing,
      deadlineAt,
      headersBy: outgoing.deadlineAt,
      idleMs: plan.idleMs ?? prepared.timeoutMs,
      maxResponseBytes: plan.maxBytes,
    })
    .catch(() => lost)
    .then((outcome) => {
      if (!inTime && outcome.ok) outcome.response.body.cancel();
      return outcome;
    });
  const outcome = await ports.watch.guard<EgressStreamOutcome>(opening, outgoing.deadlineAt, () => {
    inTime = false;
    return noAnswer;
  });
  const tookMs = ports.now() - startedAt;
  execution.upstreamMs += tookMs - queuedMsOf(outcome);
  execution.sent ||= outcome.ok || outcome.failure.sent;
  const latency = ports.latencies.of(step);

  let result: Success | Failure;
  if (outcome.ok) {
    latency.observe(tookMs);
    execution.upstreamStatus = outcome.response.status;
    result = await judgeAnswer(ports, execution, step, plan, outcome.response, request, effect);
  } else {
    if (outcome.failure.kind === 'deadline' && outcome.failure.sent) latency.observeSilence(tookMs);
    // The time for a beginning is ample where it was all that one attempt may take.
    result = judgeEgressFailure(outcome.failure, effect, prepared.document.name, tookMs >= prepared.timeoutMs - 2);
  }
  watch?.ended({
    status: outcome.ok ? outcome.response.status : null,
    failure: outcome.ok ? null : outcome.failure.kind,
    errorCode: result.ok ? null : result.error.code,
    tookMs: ports.now() - startedAt,
  });
  ports.health.report(permit, result.ok ? 'up' : result.health, ports.now());
  if (!result.ok && execution.streamed.delivered > 0) return { ...result, retry: false, unauthorised: false };
  return result;
}

async function judgeAnswer(
  ports: AttemptPorts,
  execution: Execution,
  step: StepPlan,
  plan: StreamPlan,
  response: EgressStreamResponse,
  request: BuiltRequest,
  effect: Effect,
): Promise<Success | Failure> {
  const { deadlineAt, prepared } = execution.input;
  const upstream = prepared.document.name;
  const isSuccess = response.status >= 200 && response.status < 300;
  if (isSuccess && (response.status === 204 || isStreamOfKind(plan, response.contentType))) {
    const consumption = new StreamConsumption(ports, execution, plan, step.rules, response);
    const end = await ports.watch.guard(consumption.run(effect === 'read'), deadlineAt, () => {
      consumption.close();
      return { kind: 'broken' as const, failure: noAnswer.failure };
    });
    return judgeStreamEnd(end, execution, response, effect, ports.wallClock());
  }

  // No stream: an error, most likely, that is judged as a whole.
  const body = await ports.watch.guard(collectBody(response.body, ports.maxResponseBytes), deadlineAt, () => {
    response.body.cancel();
    return noAnswer.failure;
  });
  if ('kind' in body) return judgeEgressFailure(body, effect, upstream, false);
  const whole = { ...response, body };
  const result = judgeResponse(whole, step.rules, effect, upstream, execution.scrubber, ports.wallClock());
  rememberPause(ports, execution, request.host, whole, result, ports.now());
  if (!result.ok) return result;
  return unanswered(
    effect,
    'response_invalid',
    { message: `${upstream} did not answer with an event stream.`, details: { upstream_status: response.status } },
    { retry: false, health: 'up', what: 'the answer was no event stream' },
  );
}
