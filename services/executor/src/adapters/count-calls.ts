import type { AttemptEnd, AttemptWatch } from '@patchbay/execution-engine';
import type { ExecutionMetrics } from '../domain/telemetry/execution-metrics.ts';
import type { AdmitCall } from '../operations/ports.ts';

/** A limiter whose answers are counted. */
export function countDecisions(
  limiter: AdmitCall & { readonly shared: boolean },
  metrics: Pick<ExecutionMetrics, 'limiterAnswered'>,
): AdmitCall {
  return {
    applies: (tenant, tool) => limiter.applies(tenant, tool),
    async admit(tenant, tool, connection) {
      const held = await limiter.admit(tenant, tool, connection);
      metrics.limiterAnswered(held !== null, limiter.shared);
      return held;
    },
  };
}

/** Counts an attempt when it ends. */
export function countAttempt(metrics: Pick<ExecutionMetrics, 'attemptEnded'>, integration: string): AttemptWatch {
  return { ended: (end) => metrics.attemptEnded(integration, outcomeOf(end), end.tookMs) };
}

/** A closed list: `1xx` to `5xx`, or a kind of egress failure. */
function outcomeOf({ status, failure }: AttemptEnd): string {
  return status === null ? (failure ?? 'none') : `${Math.floor(status / 100)}xx`;
}
