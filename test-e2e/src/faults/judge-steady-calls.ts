import { expect, vi } from 'vitest';
import { type Audited, doubled, orphans, unauditedRequests } from './audited.ts';
import type { SteadyCalls } from './steady-calls.ts';

/** Calls of a write that acted more than once, or that succeeded and did not act, by their numbers. */
export async function wrongEffects<Tool extends string>(
  { sandbox }: Pick<Audited, 'sandbox'>,
  calls: SteadyCalls<Tool>,
  tool: Tool,
): Promise<{ readonly number: number; readonly effects: number }[]> {
  const times = new Map<number, number>();
  for (const { arguments: args } of await sandbox.effects({ tool })) {
    const number = args['number'] as number;
    if (number < calls.from) continue;
    times.set(number, (times.get(number) ?? 0) + 1);
  }
  const missing = calls.successesOf(tool).filter((number) => !times.has(number));
  return [
    ...[...times].filter(([, effects]) => effects > 1).map(([number, effects]) => ({ number, effects })),
    ...missing.map((number) => ({ number, effects: 0 })),
  ];
}

/** Waits until every request has its intent on record, each execution its end, and none has one twice. */
export async function auditHolds(system: Audited, tool: string): Promise<void> {
  const patient = { timeout: 240_000, interval: 1_000 };
  await vi.waitFor(async () => expect(await unauditedRequests(system, tool)).toEqual([]), patient);
  await vi.waitFor(async () => expect(await orphans(system, tool)).toEqual([]), patient);
  expect(await doubled(system, tool)).toEqual([]);
}
