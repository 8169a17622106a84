import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { seedFileOf } from '@patchbay/local-servers';
import type { OpenResult } from '../open-driver.ts';
import { ask, startModule } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { print, readOptions, table } from '../suite.ts';
import type { DriverResult } from '../work.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- overload [options]

One executor. First its peak: callers that wait for their answers, 64 at once; and an unloaded call: 4 at once. Then calls
at three times the peak, sent at that rate whatever becomes of them: how many still succeed (goodput), how long those take,
and how soon the others are refused. Then a quiet tenant of 4 callers beside a noisy one at three times the peak. Where
taskset is there, the executor has a processor that the drivers do not use: what is measured is its overload, not theirs.

  --seconds S       seconds per figure (default 4)
  --rounds N        rounds; medians are printed (default 3)
  --json            print one JSON object
`;

const options = readOptions(usage, { seconds: 4, rounds: 3 });
const { seconds, rounds } = options;

interface Sample {
  readonly peak: number;
  readonly offered: number;
  readonly goodput: number;
  readonly unloaded_p99: number;
  readonly admitted_p99: number;
  readonly shed_p99: number;
  readonly failed: number;
  readonly quiet_p99: number;
  readonly quiet_p99_beside_noise: number;
}

const bench = await startBench({ upstreamDelayMs: 5, tenants: ['bench', 'noisy'] });
const samples: Sample[] = [];
try {
  const { facts, keys, services } = bench.patchbay;
  const quiet = await bench.startDriver('read');
  const noisy = (
    await startModule('open-driver.ts', [
      facts.nats_url,
      'noisy',
      seedFileOf(keys, 'agent', 'noisy'),
      'bench_lookup',
      '2000',
    ])
  ).child;
  bench.children.push(noisy);
  const executor = services.find(({ service }) => service === 'executor')?.pid as number;
  const pinned = pin([executor, bench.patchbay.nats.pid], '0') && pin([quiet.pid, noisy.pid, bench.upstream.pid], '1');
  await ask(quiet, { concurrency: 32, seconds: 5 });
  await ask(noisy, { callsPerSecond: 200, seconds: 2 });
  for (let round = 1; round <= rounds; round++) {
    const unloaded = await ask<DriverResult>(quiet, { concurrency: 4, seconds });
    const peak = await ask<DriverResult>(quiet, { concurrency: 64, seconds });
    const rate = peak.calls / peak.seconds;
    const over = await ask<OpenResult>(noisy, { callsPerSecond: rate * 3, seconds });
    const [beside] = await Promise.all([
      ask<DriverResult>(quiet, { concurrency: 4, seconds }),
      ask<OpenResult>(noisy, { callsPerSecond: rate * 3, seconds }),
    ]);
    samples.push({
      peak: rate,
      offered: over.sent / over.seconds,
      goodput: over.succeeded / over.seconds,
      unloaded_p99: unloaded.p99,
      admitted_p99: over.p99,
      shed_p99: over.shedP99,
      failed: over.failed,
      quiet_p99: unloaded.p99,
      quiet_p99_beside_noise: beside.p99,
    });
    process.stderr.write(`round ${round} of ${rounds} done${pinned ? '' : ', nothing pinned'}\n`);
  }
} finally {
  await bench.stop();
}
report();
process.exit();

/** False where the system has no taskset: then everything shares all processors. */
function pin(pids: readonly (number | undefined)[], processor: string): boolean {
  if (cpus().length < 2) return false;
  return pids.every((pid) => spawnSync('taskset', ['-a', '-cp', processor, String(pid)]).status === 0);
}

function report(): void {
  const of = (pick: (sample: Sample) => number) => median(samples.map(pick));
  const rows: [string, number, string][] = [
    ['peak, calls/s', of(({ peak }) => peak), ''],
    ['offered, calls/s', of(({ offered }) => offered), ''],
    ['goodput, calls/s', of(({ goodput }) => goodput), ''],
    ['goodput of peak', of(({ goodput, peak }) => goodput / peak), 'at least 0.9'],
    ['unloaded p99, ms', of(({ unloaded_p99 }) => unloaded_p99), ''],
    ['admitted p99, ms', of(({ admitted_p99 }) => admitted_p99), ''],
    ['admitted p99 of unloaded', of(({ admitted_p99, unloaded_p99 }) => admitted_p99 / unloaded_p99), 'at most 2'],
    ['refused p99, ms', of(({ shed_p99 }) => shed_p99), 'below 10'],
    ['otherwise failed, calls', of(({ failed }) => failed), '0'],
    ['quiet tenant p99 beside noise, of alone', of((s) => s.quiet_p99_beside_noise / s.quiet_p99), 'at most 1.2'],
  ];
  const cells = rows.map(([name, value, goal]) => [
    name,
    value.toLocaleString('en', { maximumFractionDigits: 2 }),
    goal,
  ]);
  print(options, { samples }, () => table(['', 'measured', 'goal'], cells));
}
