import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionResult } from '@patchbay/contracts';
import type { Operation } from '../history.ts';
import type { ToolKey } from './document.ts';

/** One way of calling, with all the calls made in it. */
export interface CallKind {
  readonly name: string;
  /** Whose effects are held against the calls. */
  readonly tool: ToolKey;
  /** Under way at once, and milliseconds that each worker rests between two. */
  readonly workers: number;
  readonly restMs: number;
  /** Makes one call, or a few that belong together. Never throws. */
  call(): Promise<void>;
  /** Once everything is well: asks again for whatever has no end yet, where asking again is safe. */
  settle(untilMs: number): Promise<void>;
  /** Every call so far, by the number in its arguments. */
  operations(): Operation[];
  /** First answers in words, such as `succeeded` or `refused overloaded`. */
  readonly answers: Tally;
  /** Milliseconds after its deadline that the latest answer came; below 0 where all were in time. */
  readonly latestMs: number;
}

/** How often something was said. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort(([, a], [, b]) => b - a));
  }
}

export function inWords({ status, error }: ExecutionResult): string {
  return error === null ? status : `${status} ${error.code}`;
}

/**
 * Asks about each that is not over, a few at a time, again and again until all are or the time has come. By rounds: one that never ends
 * keeps nobody from asking about the rest.
 */
export async function askUntilOver<T>(
  items: readonly T[],
  {
    isOver,
    ask,
    many,
    untilMs,
  }: { isOver(item: T): boolean; ask(item: T): Promise<unknown>; many: number; untilMs: number },
): Promise<void> {
  for (let left = items.filter((item) => !isOver(item)); left.length > 0; left = left.filter((item) => !isOver(item))) {
    await forEachOf(left, many, async (item) => {
      if (performance.now() < untilMs) await ask(item);
    });
    if (performance.now() >= untilMs) return;
    await delay(500);
  }
}

/** Does something for each, a few at a time. */
async function forEachOf<T>(items: readonly T[], many: number, act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await act(item);
  };
  await Promise.all(Array.from({ length: many }, worker));
}
