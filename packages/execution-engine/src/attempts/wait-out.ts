import { errorBody } from '@patchbay/contracts';
import type { AttemptPorts, Execution } from './execution.ts';
import type { Failure } from './verdict.ts';
import { refusal } from './verdict.ts';

/** Most of a wait that chance adds, so that those who waited for one moment do not arrive in it together. */
const spreadShare = 0.1;
const maxSpreadMs = 100;

/** Waits until an upstream takes calls again, if there is time for the wait and an answer. False when there is not. */
export async function waitOut(
  ports: AttemptPorts,
  { input }: Execution,
  pausedMs: number,
  usualMs: number,
): Promise<boolean> {
  const spare = input.deadlineAt - ports.now() - pausedMs - usualMs;
  if (spare <= 0 || input.signal?.aborted === true) return false;
  const waitMs = pausedMs + ports.random() * Math.min(spare, maxSpreadMs, pausedMs * spreadShare);
  await ports.watch.guard(ports.sleep(waitMs, input.signal), input.deadlineAt, () => undefined);
  return true;
}

/** The upstream said when it takes calls again, and that is too late for this one. */
export function paused({ input }: Execution, pausedMs: number): Failure {
  if (input.signal?.aborted === true) return refusal(errorBody('cancelled'), 'cancelled');
  return refusal(
    errorBody('rate_limited', {
      message: `${input.prepared.document.name} said that it takes no more calls for a while.`,
      retryAfterMs: Math.ceil(pausedMs),
      details: { limit: 'upstream' },
    }),
    'refused',
  );
}
