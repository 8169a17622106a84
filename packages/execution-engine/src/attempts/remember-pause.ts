import type { EgressResponse } from '@patchbay/egress';
import { exhaustion } from '../response/retry-after.ts';
import type { AttemptPorts, Execution } from './execution.ts';
import type { Success } from './judge-response.ts';
import type { Failure } from './verdict.ts';

/**
 * Remembers what an answer says about when to come back. One that has nothing left speaks for its connection at the host,
 * or for the tool where the limit has a name. A refusal speaks for its tool: many vendors limit each method by itself.
 */
export function rememberPause(
  ports: AttemptPorts,
  execution: Execution,
  host: string,
  response: EgressResponse,
  result: Success | Failure,
  now: number,
): void {
  const spent = exhaustion(response.headers, ports.wallClock());
  if (spent !== null) {
    ports.pauses.remember(execution.pauseScope(host), spent.named ? 'tool' : 'host', now + spent.waitMs);
  }
  if (result.ok) return;
  const { code, retry_after_ms: waitMs } = result.error;
  const isRefusal = code === 'rate_limited' || response.status === 503;
  if (isRefusal && waitMs) ports.pauses.remember(execution.pauseScope(host), 'tool', now + waitMs);
}
