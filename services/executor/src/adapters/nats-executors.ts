import { CancelResult, events } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { cancelRunning } from '../domain/cancel-running.ts';
import type { RunningExecutions } from '../domain/running-executions.ts';
import type { AskExecutors } from '../operations/cancel-execution.ts';

/** Longest wait for the other executors' answers, in milliseconds. */
const gatherMs = 150;

/** Asks the whole fleet over the broadcast subject. */
export function createNatsExecutors(messaging: Messaging): AskExecutors {
  return {
    cancel: (tenant, request, enough) =>
      messaging.askAll(events.cancelBroadcast, {}, { tenant, request }, CancelResult, { timeoutMs: gatherMs, enough }),
  };
}

/** Answers other executors' questions; silent when nothing here matches. */
export function answerExecutors(messaging: Messaging, running: RunningExecutions): { unsubscribe(): void } {
  return messaging.answerEvent(events.cancelBroadcast, async ({ tenant, request }) => {
    const found = cancelRunning(running, tenant, request);
    return found.cancelled.length > 0 || found.plans !== undefined ? found : null;
  });
}
