import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from '@patchbay/sdk';
import { executionsOnRecord, isAnnounced, type OnRecord } from '../faults/audited.ts';
import type { Call } from './load.ts';

/** What the audit log says of the load's executions, by their ids. */
export async function recordsOf(admin: Admin, tools: string): Promise<ReadonlyMap<string, OnRecord>> {
  const maps = await Promise.all(['book', 'look'].map((verb) => executionsOnRecord({ admin }, `${tools}_${verb}`)));
  return new Map(maps.flatMap((map) => [...map]));
}

/** Waits until `missing` says 0, or the time is over; what it said last. */
export async function untilNone(missing: () => Promise<number>, seconds: number): Promise<number> {
  const giveUpAt = performance.now() + seconds * 1_000;
  for (;;) {
    const count = await missing().catch(() => Number.POSITIVE_INFINITY);
    if (count === 0 || performance.now() > giveUpAt) return count;
    await delay(500);
  }
}

/** Of calls that succeeded, how many have no intent on record, where they are more than reads, and how many no outcome. */
export function missingOf(calls: readonly Call[], records: ReadonlyMap<string, OnRecord>) {
  const without = (has: (record: OnRecord) => boolean) =>
    calls.filter(({ result }) => {
      const record = records.get(result.execution_id);
      return record === undefined || !has(record);
    }).length;
  return { intents: without(isAnnounced), outcomes: without(({ outcomes }) => outcomes > 0) };
}
