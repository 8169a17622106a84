import type { ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import { endOf, isSettled, type Operation } from './history.ts';

export interface Workload {
  readonly agent: Agent;
  readonly tool: string;
  /** Calls in all, each with a key and a number of its own. */
  readonly total: number;
  readonly workers: number;
  readonly deadlineMs: number;
  /** Milliseconds over which the calls are spread. */
  readonly spreadMs?: number;
  /** Names the keys apart from those of other runs. */
  readonly name: string;
}

/** Runs the calls, each once; what they came to, in order. */
export async function runWorkload(load: Workload): Promise<Operation[]> {
  const operations: Operation[] = [];
  const started = performance.now();
  const gapMs = (load.spreadMs ?? 0) / load.total;
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < load.total; number = next++) {
      const earlyMs = started + number * gapMs - performance.now();
      if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
      const key = `${load.name}-${number}`;
      operations[number] = operationOf(number, key, [await call(load, number, key)]);
    }
  };
  await Promise.all(Array.from({ length: load.workers }, worker));
  return operations;
}

/**
 * Asks again, under the same key, for everything that is not settled, until the ledger says how it ended. A lost
 * executor's claim is given up 10 s after its deadline, so this takes as long.
 */
export async function settleWorkload(load: Workload, operations: readonly Operation[], limitMs = 40_000) {
  const giveUpAt = performance.now() + limitMs;
  return Promise.all(
    operations.map(async (operation) => {
      let current = operation;
      while (!isSettled(current.answers) && performance.now() < giveUpAt) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const answer = await call(load, current.number, current.key);
        current = operationOf(current.number, current.key, [...current.answers, answer]);
      }
      return current;
    }),
  );
}

function call({ agent, tool, deadlineMs }: Workload, number: number, idempotencyKey: string): Promise<ExecutionResult> {
  return agent.execute(tool, { number }, { idempotencyKey, deadlineMs });
}

function operationOf(number: number, key: string, answers: readonly ExecutionResult[]): Operation {
  return { number, key, answers, end: endOf(answers) };
}
