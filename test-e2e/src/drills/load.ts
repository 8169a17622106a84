import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';

/** One call of the load, and what its caller was told. */
export interface Call {
  readonly number: number;
  /** `book` has an effect, `look` has none. */
  readonly verb: 'book' | 'look';
  /** Null: an effect without a key. */
  readonly key: string | null;
  readonly result: ExecutionResult;
  /** Milliseconds of the wall clock when the answer was there. */
  readonly answeredAt: number;
}

export interface Load {
  readonly calls: readonly Call[];
  /** Waits until so many calls were answered. */
  until(count: number): Promise<void>;
  end(): Promise<readonly Call[]>;
}

export interface LoadOptions {
  readonly agent: Agent;
  /** The document's id. */
  readonly tools: string;
  readonly workers: number;
  readonly deadlineMs: number;
  /** Milliseconds between two calls of a worker. */
  readonly gapMs: number;
  /** The first call's number. Default 0. */
  readonly from?: number;
}

/** Calls without end, in turn: an effect with a key, a read, an effect without a key. */
export function startLoad({ agent, tools, workers, deadlineMs, gapMs, from = 0 }: LoadOptions): Load {
  const calls: Call[] = [];
  let ending = false;
  let next = from;
  const run = async () => {
    while (!ending) {
      const number = next++;
      const verb = number % 3 === 1 ? 'look' : 'book';
      const key = number % 3 === 0 ? `${tools}-${number}` : null;
      const options = { deadlineMs, ...(key !== null && { idempotencyKey: key }) };
      const result = await agent.execute(`${tools}_${verb}`, { number }, options);
      calls.push({ number, verb, key, result, answeredAt: Date.now() });
      await delay(gapMs);
    }
  };
  const running = Promise.all(Array.from({ length: workers }, run));
  return {
    calls,
    async until(count) {
      while (calls.length < count) await Promise.race([delay(20), running]);
    },
    async end() {
      ending = true;
      await running;
      return calls;
    },
  };
}

export const succeeded = ({ result }: Call) => result.status === 'succeeded';

/** How often each end was told, such as `failed overloaded`. */
export function endings(calls: readonly Call[]): string {
  const counts = new Map<string, number>();
  for (const { result } of calls) {
    const end = result.status === 'succeeded' ? result.status : `${result.status} ${result.error?.code}`;
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return [...counts].map(([end, count]) => `${count} ${end}`).join(', ');
}

/** Numbers with more than one effect, and calls that succeeded without one. */
export function judgeEffects(
  calls: readonly Call[],
  effects: readonly { readonly arguments: Record<string, unknown> }[],
) {
  const times = new Map<number, number>();
  for (const { arguments: given } of effects)
    times.set(Number(given.number), (times.get(Number(given.number)) ?? 0) + 1);
  return {
    doubled: [...times.values()].filter((count) => count > 1).length,
    lost: calls.filter((call) => call.verb === 'book' && succeeded(call) && !times.has(call.number)).length,
  };
}
