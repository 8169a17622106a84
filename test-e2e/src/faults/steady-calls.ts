import type { ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';

export interface SteadyLoad<Tool extends string> {
  readonly tools: readonly Tool[];
  readonly deadlineMs: number;
  readonly workers: number;
  /** Milliseconds between the end of a worker's call and its next. */
  readonly gapMs: number;
  /** Number of the first call: of several loads on one system, each has numbers of its own. Default 0. */
  readonly from?: number;
}

/** A call that did not succeed. */
export interface FailedCall {
  readonly number: number;
  readonly status: ExecutionResult['status'];
  readonly code: string | undefined;
  readonly message: string | undefined;
}

export interface SteadyCalls<Tool extends string = string> {
  /** Number of the first call. */
  readonly from: number;
  readonly total: number;
  readonly succeeded: number;
  /** Numbers of calls that succeeded. */
  successesOf(tool: Tool): readonly number[];
  failuresOf(tool: Tool): readonly FailedCall[];
  /** How many came to what, by tool, and the longest in milliseconds. */
  summary(): Readonly<Record<string, unknown>>;
  /** Begins no further call; settles when all have ended. */
  end(): Promise<void>;
}

/** Calls the tools in turn, each call once, with a number and a key of its own, until told to end. */
export function callSteadily<Tool extends string>(agent: Agent, load: SteadyLoad<Tool>): SteadyCalls<Tool> {
  const successes = new Map<Tool, number[]>(load.tools.map((tool) => [tool, []]));
  const failures = new Map<Tool, FailedCall[]>(load.tools.map((tool) => [tool, []]));
  const run = Date.now().toString(36);
  let ending = false;
  const { from = 0 } = load;
  let next = from;
  let slowestMs = 0;

  async function worker(): Promise<void> {
    while (!ending) {
      const number = next++;
      const tool = load.tools[number % load.tools.length] as Tool;
      const begun = performance.now();
      const { status, error } = await agent.execute(
        tool,
        { number },
        { deadlineMs: load.deadlineMs, idempotencyKey: `${run}-${number}` },
      );
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      if (status === 'succeeded') successes.get(tool)?.push(number);
      else failures.get(tool)?.push({ number, status, code: error?.code, message: error?.message });
      await new Promise((resolve) => setTimeout(resolve, load.gapMs));
    }
  }

  const workers = Array.from({ length: load.workers }, worker);
  const countOf = (lists: Iterable<readonly unknown[]>) => [...lists].reduce((sum, { length }) => sum + length, 0);
  return {
    from,
    get total() {
      return countOf(successes.values()) + countOf(failures.values());
    },
    get succeeded() {
      return countOf(successes.values());
    },
    successesOf: (tool) => successes.get(tool) ?? [],
    failuresOf: (tool) => failures.get(tool) ?? [],
    summary() {
      const ends = load.tools.map((tool) => {
        const counts: Record<string, number> = { succeeded: successes.get(tool)?.length ?? 0 };
        for (const { status, code } of failures.get(tool) ?? []) {
          const end = `${status} ${code}`;
          counts[end] = (counts[end] ?? 0) + 1;
        }
        return [tool, counts];
      });
      return { ...Object.fromEntries(ends), slowest_ms: Math.round(slowestMs) };
    },
    async end() {
      ending = true;
      await Promise.all(workers);
    },
  };
}
