import { errorBody } from '@patchbay/contracts';
import type { EgressFailure, EgressRequest } from '@patchbay/egress';
import type { McpFailure, McpOutcome, StdioServer } from '@patchbay/mcp-client';
import type { Permit } from '../breaker/upstream-health.ts';
import type { McpPlan } from '../prepare/compile-mcp.ts';
import type { StepPlan } from '../request/step-plan.ts';
import type { RulePlan } from '../response/error-rule.ts';
import { ampleMsOf } from './ample-ms.ts';
import type { AttemptWatch } from './attempt-watch.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import { judgeEgressFailure } from './judge-egress-failure.ts';
import { judgeResponse, type Success } from './judge-response.ts';
import { rememberPause } from './remember-pause.ts';
import { type Effect, type Failure, refusal, unanswered } from './verdict.ts';

const noAnswer: McpOutcome = {
  ok: false,
  failure: { kind: 'deadline', sent: true, reason: 'deadline_passed', message: 'The deadline passed.' },
};

const lost: McpOutcome = {
  ok: false,
  failure: { kind: 'connection_lost', sent: true, reason: 'connection_closed', message: 'The connection was lost.' },
};

/** What a server's own `isError` comes to, where no rule of the document says more. */
const toolFailed: RulePlan = {
  matches: () => true,
  code: 'upstream_error',
  message: ['message'],
  speakable: undefined,
};

/** Makes one attempt at a tool of an MCP server: as an HTTP attempt, but that the server says by itself whether it failed. */
export async function attemptMcp(
  ports: AttemptPorts,
  execution: Execution,
  step: StepPlan,
  plan: McpPlan,
  stdio: StdioServer | null,
  outgoing: EgressRequest,
  effect: Effect,
  permit: Permit,
  watch: AttemptWatch | undefined,
): Promise<Success | Failure> {
  const { prepared, connection = '' } = execution.input;
  const upstream = prepared.document.name;
  const latency = ports.latencies.of(step);
  const startedAt = ports.now();
  const { tool, digest } = plan;
  const calling = ports.callMcp({ request: outgoing, stdio, tool, digest, connection }).catch(() => lost);
  const outcome = await ports.watch.guard(calling, outgoing.deadlineAt, () => noAnswer);
  const endedAt = ports.now();
  const tookMs = endedAt - startedAt;
  execution.upstreamMs += tookMs;
  execution.sent ||= outcome.ok || ('failure' in outcome && outcome.failure.sent);

  let result: Success | Failure;
  if (outcome.ok) {
    const { response } = outcome;
    execution.upstreamStatus = response.status;
    latency.observe(tookMs);
    const rules = response.toolFailed ? [...step.rules, toolFailed] : step.rules;
    result = judgeResponse(response, rules, effect, upstream, execution.scrubber, ports.wallClock());
    rememberPause(ports, execution, permit.host.name, response, result, endedAt);
  } else if ('refused' in outcome) {
    result = refusal(outcome.refused, 'refused');
  } else {
    if (outcome.failure.kind === 'deadline' && outcome.failure.sent) latency.observeSilence(tookMs);
    result = judgeMcpFailure(outcome.failure, effect, upstream, tookMs >= ampleMsOf(prepared.timeoutMs, latency));
  }
  watch?.ended({
    status: outcome.ok ? outcome.response.status : null,
    failure: 'failure' in outcome ? outcome.failure.kind : null,
    errorCode: result.ok ? null : result.error.code,
    tookMs,
  });
  ports.health.report(permit, result.ok ? 'up' : result.health, endedAt);
  return result;
}

function judgeMcpFailure(failure: McpFailure, effect: Effect, upstream: string, waitedLong: boolean): Failure {
  if (failure.reason !== 'mcp_invalid')
    return judgeEgressFailure(failure as EgressFailure, effect, upstream, waitedLong);
  const details = { reason: failure.reason };
  const message = `${upstream} did not answer as the Model Context Protocol says.`;
  if (!failure.sent) return refusal(errorBody('response_invalid', { message, details }), 'failed');
  const what = 'the answer was not one of the Model Context Protocol';
  return unanswered(effect, 'response_invalid', { message, details }, { retry: false, health: 'up', what });
}
