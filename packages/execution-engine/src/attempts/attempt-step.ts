import type { EgressOutcome, EgressRequest } from '@patchbay/egress';
import type { StdioServer } from '@patchbay/mcp-client';
import type { Permit } from '../breaker/upstream-health.ts';
import type { BuiltRequest } from '../request/build-request.ts';
import type { StepPlan } from '../request/step-plan.ts';
import { ampleMsOf } from './ample-ms.ts';
import { attemptMcp } from './attempt-mcp.ts';
import { attemptStream } from './attempt-stream.ts';
import { type AuthorisedRequest, authoriseRequest, signRequest } from './authorise-request.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import { sendHedged } from './hedge.ts';
import { judgeEgressFailure } from './judge-egress-failure.ts';
import type { Success } from './judge-response.ts';
import { judgeResponse } from './judge-response.ts';
import { queuedMsOf } from './queued-ms.ts';
import { rememberPause } from './remember-pause.ts';
import type { Effect, Failure } from './verdict.ts';

/** What stands in for an answer that egress itself did not give in time. A byte may have left. */
const noAnswer: EgressOutcome = {
  ok: false,
  failure: { kind: 'deadline', sent: true, reason: 'deadline_passed', message: 'The deadline passed.' },
};

const lost: EgressOutcome = {
  ok: false,
  failure: { kind: 'connection_lost', sent: true, reason: 'connection_closed', message: 'The connection was lost.' },
};

/** Makes one attempt, and reports to the host's health what it told. Throws only what authorising throws. */
export async function attemptStep(
  ports: AttemptPorts,
  execution: Execution,
  step: StepPlan,
  request: BuiltRequest,
  effect: Effect,
  permit: Permit,
): Promise<Success | Failure> {
  const { input } = execution;
  const { prepared } = input;
  const latency = ports.latencies.of(step);
  const startedAt = ports.now();
  let authorised: AuthorisedRequest;
  let program: StdioServer | null = null;
  try {
    authorised = authoriseRequest(request, execution);
    if (prepared.sign !== null) authorised = await signRequest(request, authorised, execution, ports.wallClock());
    program = step.mcp?.stdio?.(execution.credential) ?? null;
  } catch (error) {
    ports.health.report(permit, 'unknown', startedAt);
    throw error;
  }
  const deadlineAt = Math.min(input.deadlineAt, startedAt + prepared.timeoutMs);
  const begin = () => {
    const number = ++execution.attempts;
    return input.onAttempt?.({
      number,
      method: request.method,
      host: request.host,
      urlTemplate: step.urlFrom === null ? step.urlTemplate : null,
    });
  };
  const watch = begin();

  const outgoing: EgressRequest = {
    tenant: input.tenant,
    method: request.method,
    url: authorised.url,
    headers: watch?.traceparent ? { ...authorised.headers, traceparent: watch.traceparent } : authorised.headers,
    body: authorised.body,
    hosts: request.hosts,
    deadlineAt,
    maxResponseBytes: Math.max(ports.maxResponseBytes, 4 * prepared.maxBytes),
    followRedirects: effect === 'read',
    // A write that has left cannot be called back; aborting its socket would only lose the answer.
    ...(effect === 'read' && input.signal !== undefined ? { signal: input.signal } : {}),
  };
  if (step.mcp !== null) return attemptMcp(ports, execution, step, step.mcp, program, outgoing, effect, permit, watch);
  if (step.stream !== null)
    return attemptStream(ports, execution, step, step.stream, outgoing, request, effect, permit, watch);
  // Egress never rejects by contract; should it, the attempt is one that may have been sent.
  const p95Ms = prepared.hedge && effect === 'read' ? latency.p95Ms : 0;
  const { host } = permit;
  const sending = (
    p95Ms > 0
      ? sendHedged(ports, host.hedges, outgoing, p95Ms, begin, () => {
          const now = ports.now();
          return host.isClosed(input.tenant, now) && now + latency.p50Ms < deadlineAt;
        })
      : ports.send(outgoing)
  ).catch(() => lost);
  const outcome = await ports.watch.guard(sending, deadlineAt, () => noAnswer);
  const endedAt = ports.now();
  const tookMs = endedAt - startedAt;
  execution.upstreamMs += tookMs - queuedMsOf(outcome);
  execution.sent ||= outcome.ok || outcome.failure.sent;

  let result: Success | Failure;
  if (outcome.ok) {
    execution.upstreamStatus = outcome.response.status;
    latency.observe(tookMs);
    result = judgeResponse(
      outcome.response,
      step.rules,
      effect,
      prepared.document.name,
      execution.scrubber,
      ports.wallClock(),
    );
    rememberPause(ports, execution, request.host, outcome.response, result, endedAt);
  } else {
    if (outcome.failure.kind === 'deadline' && outcome.failure.sent) latency.observeSilence(tookMs);
    const waitedLong = tookMs >= ampleMsOf(prepared.timeoutMs, latency);
    result = judgeEgressFailure(outcome.failure, effect, prepared.document.name, waitedLong);
  }
  watch?.ended({
    status: outcome.ok ? outcome.response.status : null,
    failure: outcome.ok ? null : outcome.failure.kind,
    errorCode: result.ok ? null : result.error.code,
    tookMs,
  });
  ports.health.report(permit, result.ok ? 'up' : result.health, endedAt);
  return result;
}
