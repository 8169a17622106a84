import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { doubled, executionsOnRecord, orphans, spooledFiles, unauditedRequests } from './audited.ts';
import { readFaultConfig } from './config.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { judgeHistory } from './history.ts';
import { killAtRandom } from './killer.ts';
import { measured } from './measure.ts';
import { runWorkload, settleWorkload, type Workload } from './workload.ts';

const { seconds } = readFaultConfig();
let system: FaultSystem;
beforeAll(async () => {
  system = await startFaultSystem({ executors: 3 });
  await publish(system, simpleDocument('kills'));
}, startTimeoutMs);
afterAll(() => system?.stop());

test(
  'writes under kill -9 of random executors: no effect twice, none lost, each unknown outcome listed',
  async () => {
    await system.sandbox.behave({ integration: 'kills', do: { kind: 'delay', ms: 20, jitterMs: 40 } });
    const load: Workload = {
      agent: system.agent,
      tool: 'kills_book',
      name: 'kills',
      total: Math.max(1_000, 100 * seconds),
      workers: 32,
      deadlineMs: 3_000,
      spreadMs: seconds * 1_000,
    };
    const killer = killAtRandom(system, 1_500);
    const first = await runWorkload(load);
    await killer.stop();
    const operations = await settleWorkload(load, first);

    const effects = await system.sandbox.effects({ tool: 'kills_book' });
    const verdict = judgeHistory(
      operations,
      effects.map(({ arguments: { number } }) => number as number),
    );
    const row = { row: 'F2', unit: 'calls' };
    measured({ ...row, what: `executors killed during ${load.total} writes`, value: killer.kills, bound: null });
    measured({ ...row, what: 'double effects', value: verdict.duplicates.length, bound: 0 });
    measured({ ...row, what: 'lost effects', value: verdict.lost.length, bound: 0 });
    measured({ ...row, what: 'unexpected effects', value: verdict.unexpected.length, bound: 0 });
    measured({ ...row, what: 'unknown outcomes, each listed', value: verdict.unknown.length, bound: load.total });
    measured({
      ...row,
      what: 'of the unknown, effects that happened',
      value: verdict.unknown.filter(({ happened }) => happened).length,
      bound: load.total,
    });
    process.stdout.write(`unknown after ${killer.kills} kills: ${JSON.stringify(verdict.unknown)}\n`);
    expect(killer.kills).toBeGreaterThan(0);
    expect(verdict).toMatchObject({ lost: [], unexpected: [], duplicates: [], contradictions: [] });
    // Every call has an end that the ledger stands by: it can be asked for at any time and is the same.
    for (const { answers } of operations) expect(answers.at(-1)?.status).toMatch(/^(succeeded|outcome_unknown)$/);

    // What a killed one had spooled, the next one brings to the stream.
    await vi.waitFor(() => expect(spooledFiles(system)).toEqual([]), { timeout: 60_000, interval: 500 });
    await vi.waitFor(async () => expect(await unauditedRequests(system, 'kills_book')).toEqual([]), {
      timeout: 60_000,
      interval: 500,
    });
    measured({ ...row, what: 'writes at the upstream without an intent', value: 0, bound: 0 });
    // What the killed ones left open is declared unknown, each once.
    await vi.waitFor(async () => expect(await orphans(system, 'kills_book')).toEqual([]), {
      timeout: 90_000,
      interval: 1_000,
    });
    const onRecord = [...(await executionsOnRecord(system, 'kills_book')).values()];
    const declared = onRecord.filter((one) => one.declared > 0).length;
    measured({ ...row, what: 'executions declared unknown for want of an outcome', value: declared, bound: null });
    measured({ ...row, what: 'intents with neither outcome nor declaration', value: 0, bound: 0 });
    const twice = await doubled(system, 'kills_book');
    measured({ ...row, what: 'executions with a record twice', value: twice.length, bound: 0 });
    expect(twice).toEqual([]);
  },
  300_000 + seconds * 2_000,
);
