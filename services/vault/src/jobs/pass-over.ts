import type { Page } from '../operations/ports.ts';
import { inGroups } from './in-groups.ts';
import type { JobInHand } from './ports.ts';

/**
 * What became of a row: it was `changed`, so that it comes again at the end of the scan; there was nothing to do (`passed`);
 * or it has to be looked at again, by whoever has the job then (`held`).
 */
export type RowOutcome = 'changed' | 'passed' | 'held';

export interface PassOptions<Row> {
  /** What the job says meanwhile. */
  readonly step: string;
  /** The job's cursor, or 0 for every row once more. */
  readonly after: number;
  /** Rows in work at once. */
  readonly width: number;
  readonly pages: (after: number) => AsyncIterable<Page<Row>>;
  /** What it throws ends the pass, after the rows beside it. */
  readonly work: (row: Row) => Promise<RowOutcome>;
}

/**
 * Goes through a store's rows in the order of their revisions, to the newest, and writes down how far it is as the job's
 * cursor. Whatever is written meanwhile, by the job itself or by others, gets a higher revision and comes again: so every row
 * up to the cursor is done, and a process that takes the job over goes on behind it. @returns how many rows it changed.
 */
export async function passOver<Row extends { readonly revision: number }>(
  hand: JobInHand,
  { step, after, width, pages, work }: PassOptions<Row>,
): Promise<number> {
  let changed = 0;
  let held: number | null = null;
  await hand.save({ step, cursor: after });
  for await (const { rows, upTo, left } of pages(after)) {
    if (hand.job.total === 0) await hand.save({ total: rows.length + left });
    await inGroups(rows, width, work, async (group) => {
      changed += group.outcomes.filter((outcome) => outcome === 'changed').length;
      const again = group.rows[group.outcomes.indexOf('held')];
      if (again !== undefined) held ??= again.revision - 1;
      const last = group.rows.at(-1) as Row;
      const cursor = held ?? (last === rows.at(-1) ? upTo : last.revision);
      await hand.beat({ done: Math.min(hand.job.total, hand.job.done + group.rows.length), cursor });
    });
  }
  await hand.save({});
  return changed;
}
