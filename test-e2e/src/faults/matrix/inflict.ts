import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@patchbay/testkit';
import type { Befallen } from './fault-kind.ts';
import type { PlannedFault } from './schedule.ts';
import type { Stage } from './stage.ts';

/** What was done, and to whom. Times in milliseconds from the start of the load. */
export interface InflictedFault {
  readonly name: string;
  readonly row: string;
  readonly victim: string;
  readonly at_ms: number;
  /** When the hand that heals was done: a process that takes another's place was up by then. Null: it was not begun. */
  readonly healed_ms: number | null;
  /** Why it was not begun. */
  readonly skipped: string | null;
}

/** Does what was planned, each at its time, and resolves when the last is healed. @throws Error where something cannot be healed. */
export async function inflict(
  stage: Stage,
  planned: readonly PlannedFault[],
  startedAt: number,
): Promise<InflictedFault[]> {
  const now = () => Math.round(performance.now() - startedAt);
  return Promise.all(
    planned.map(async ({ atMs, forMs, kind, seed }) => {
      await delay(Math.max(0, atMs - now()));
      const at = { name: kind.name, row: kind.row, at_ms: now() };
      let befallen: Befallen;
      try {
        befallen = await kind.begin(stage, seededRandom(seed));
      } catch (error) {
        return { ...at, victim: 'nobody', healed_ms: null, skipped: (error as Error).message };
      }
      await delay(forMs);
      await befallen.heal();
      return { ...at, victim: befallen.victim, healed_ms: now(), skipped: null };
    }),
  );
}
