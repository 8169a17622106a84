import { setTimeout as delay } from 'node:timers/promises';
import type { CallKind } from './call-kind.ts';
import { PlannedCalls } from './planned-calls.ts';
import { SingleCalls } from './single-calls.ts';
import type { Stage } from './stage.ts';
import { SubmittedCalls } from './submitted-calls.ts';

/** Every way of calling that the matrix holds against its faults. About 40 calls a second when all is well. */
export function callKinds({ agent, httpAgent }: Pick<Stage, 'agent' | 'httpAgent'>) {
  const usual = { agent, deadlineMs: 3_000 };
  const submissions = new SubmittedCalls(agent);
  const kinds: readonly CallKind[] = [
    new SingleCalls({ ...usual, name: 'reads', tool: 'look', keyed: false, workers: 3, restMs: 250 }),
    new SingleCalls({ ...usual, name: 'keyed writes', tool: 'keyed', keyed: true, workers: 4, restMs: 250 }),
    new SingleCalls({ ...usual, name: 'unkeyed writes', tool: 'unkeyed', keyed: false, workers: 2, restMs: 250 }),
    new SingleCalls({
      ...usual,
      agent: httpAgent,
      name: 'writes over HTTP',
      tool: 'http',
      keyed: true,
      workers: 2,
      restMs: 250,
    }),
    new PlannedCalls(agent),
    submissions,
  ];
  return { kinds, submissions };
}

/** Calls in every way until `ending`, each worker one call after another. Resolves when the last is answered. */
export async function runLoad(kinds: readonly CallKind[], ending: AbortSignal): Promise<void> {
  const worker = async (kind: CallKind) => {
    while (!ending.aborted) {
      await kind.call();
      await delay(kind.restMs, undefined, { signal: ending }).catch(() => {});
    }
  };
  await Promise.all(kinds.flatMap((kind) => Array.from({ length: kind.workers }, () => worker(kind))));
}
