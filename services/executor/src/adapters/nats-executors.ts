import { CancelBroadcastAnswer, events } from '@patchbay/contracts';
import type { Fleet, Messaging } from '@patchbay/messaging';
import { cancelRunning } from '../domain/cancel-running.ts';
import type { RunningExecutions } from '../domain/running-executions.ts';
import type { AskExecutors } from '../operations/cancel-execution.ts';

/**
 * Longest wait for the other executors' answers, in milliseconds: only for one that is known to be alive and says nothing.
 * What they stop they have stopped when they hear of it, whether or not they are waited for.
 */
const gatherMs = 1_000;

/** Asks the whole fleet over the broadcast subject, and is done when everybody that is known to be there has answered. */
export function createNatsExecutors(messaging: Pick<Messaging, 'askAll'>, fleet: Pick<Fleet, 'others'>): AskExecutors {
  return {
    cancel(tenant, request, enough) {
      const awaited = new Set(fleet.others());
      return messaging.askAll(events.cancelBroadcast, {}, { tenant, request }, CancelBroadcastAnswer, {
        timeoutMs: gatherMs,
        enough(answers) {
          awaited.delete(answers.at(-1)?.process ?? '');
          return awaited.size === 0 || enough(answers);
        },
      });
    },
  };
}

/** Answers other executors' questions, with nothing where nothing here matches. */
export function answerExecutors(
  messaging: Pick<Messaging, 'answerEvent'>,
  running: RunningExecutions,
  { process }: Pick<Fleet, 'process'>,
): { unsubscribe(): void } {
  return messaging.answerEvent(events.cancelBroadcast, async ({ tenant, request }) => ({
    ...cancelRunning(running, tenant, request),
    process,
  }));
}
