import { randomBytes } from 'node:crypto';
import { ExecutorCircuits, events } from '@patchbay/contracts';
import type { CircuitChange, Engine } from '@patchbay/execution-engine';
import type { Messaging } from '@patchbay/messaging';
import { type AskForCircuits, ownCircuits } from '../operations/list-circuits.ts';

/** Longest wait for the executors' answers, in milliseconds. */
const gatherMs = 200;
/** A hint that was longer on its way, in milliseconds, says nothing about now. Also what clocks may differ by. */
const maxAgeMs = 10_000;

export interface NatsCircuits extends AskForCircuits {
  /** Tells the other executors that a circuit changed here. Best effort: each has its own eyes. */
  tell(change: CircuitChange): void;
  /** Takes the others' hints, and answers whoever asks for all circuits. */
  answer(engine: Pick<Engine, 'circuits' | 'hearCircuit'>): { unsubscribe(): void };
}

/** What executors tell each other about circuits. */
export function createNatsCircuits(messaging: Messaging, instance: string): NatsCircuits {
  // In containers every process may have the same number, and so the same instance name.
  const executor = `${instance}.${randomBytes(4).toString('hex')}`;
  return {
    tell: ({ host, tenant, state, openMs }) =>
      messaging.publishEvent(
        events.circuitChanged,
        {},
        { executor, host, tenant, state, open_ms: openMs, sent_at: Date.now() },
      ),
    answer(engine) {
      const hints = messaging.subscribeEvent(events.circuitChanged, {}, (change) => {
        if (change.executor === executor || Math.abs(Date.now() - change.sent_at) > maxAgeMs) return;
        const { host, tenant, state, open_ms: openMs } = change;
        engine.hearCircuit({ host, tenant, state, openMs });
      });
      const questions = messaging.answerEvent(events.circuitsAsked, async (request) =>
        ownCircuits(executor, engine.circuits(), request),
      );
      return {
        unsubscribe() {
          hints.unsubscribe();
          questions.unsubscribe();
        },
      };
    },
    circuits: (request) =>
      messaging.askAll(events.circuitsAsked, {}, request, ExecutorCircuits, { timeoutMs: gatherMs }),
  };
}
