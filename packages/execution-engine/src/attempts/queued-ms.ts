import type { EgressOutcome, EgressStreamOutcome } from '@patchbay/egress';

/** Milliseconds of an attempt that it waited for one of our sockets: our queue, which the upstream is not to blame for. */
export function queuedMsOf(outcome: EgressOutcome | EgressStreamOutcome): number {
  return outcome.ok ? outcome.timing.queuedMs : (outcome.failure.queuedMs ?? 0);
}
