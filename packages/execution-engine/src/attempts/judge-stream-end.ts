import type { EgressStreamResponse } from '@patchbay/egress';
import type { StreamEnd } from '../streaming/consume-stream.ts';
import type { Execution } from './execution.ts';
import { judgeEgressFailure } from './judge-egress-failure.ts';
import { ruleFailure, type Success } from './judge-response.ts';
import { type Effect, type Failure, unanswered } from './verdict.ts';

/** What the end of a stream means for the execution. A failure says how many items came before it. */
export function judgeStreamEnd(
  end: StreamEnd,
  execution: Execution,
  response: EgressStreamResponse,
  effect: Effect,
  wallClockMs: number,
): Success | Failure {
  if (end.kind === 'complete') return { ok: true, value: end.result.output, text: null, shaped: end.result };
  const failure = failureOf(end, execution, response, effect, wallClockMs);
  const details = { ...failure.error.details, items_before: execution.streamed.delivered };
  return { ...failure, error: { ...failure.error, details } };
}

function failureOf(
  end: Exclude<StreamEnd, { kind: 'complete' }>,
  execution: Execution,
  response: EgressStreamResponse,
  effect: Effect,
  wallClockMs: number,
): Failure {
  const upstream = execution.input.prepared.document.name;
  switch (end.kind) {
    case 'error':
      return ruleFailure(response, end.rule, end.value, effect, upstream, execution.scrubber(), wallClockMs);
    case 'problem': {
      const what = `the answer of ${upstream} ${end.problem.message}`;
      return unanswered(
        effect,
        end.problem.code,
        { message: `The answer of ${upstream} ${end.problem.message}.`, details: { upstream_status: response.status } },
        { retry: false, health: 'up', what },
      );
    }
    case 'broken': {
      if (end.failure.kind !== 'connection_lost') return judgeEgressFailure(end.failure, effect, upstream, false);
      const silent = end.failure.reason === 'body_idle';
      const what = silent
        ? `${upstream} fell silent in the middle of its answer`
        : `the connection to ${upstream} was lost in the middle of its answer`;
      return unanswered(
        effect,
        'upstream_error',
        {
          message: `${what[0]?.toUpperCase()}${what.slice(1)}.`,
          retryable: true,
          details: { reason: end.failure.reason },
        },
        { retry: true, health: 'down', what },
      );
    }
  }
}
