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

One executor. First its peak: callers that wait for their answers, 64 at once. Then calls at three times the peak, sent at
that rate whatever becomes of them: how many still succeed (goodput). How long calls take, and how soon they are refused, is
asked by callers in processes of their own, 100 calls a second: one of the flooding tenant and one of another. The flood's
own driver is as busy as the executor, and its answers lie in its queue. Where taskset is there, executor and nats-server
have a processor that the drivers do not use: what is measured is their overload, not the drivers'.

  --seconds S       seconds per figure (default 8)
  --rounds N        rounds; medians are printed (default 3)
  --json            print one JSON object
`;

const options = readOptions(usage, { seconds: 8, rounds: 3 });
const { seconds, rounds } = options;

interface Sample {
  readonly peak: number;
  readonly offered: number;
  readonly goodput: number;
  readonly failed: number;
  /** Calls of each kind of caller, alone and beside the flood. */
  readonly same: { readonly alone: OpenResult; readonly beside: OpenResult };
  readonly other: { readonly alone: OpenResult; readonly beside: OpenResult };
}

/** Calls a second of a caller that looks. */
const looks = 100;
const floodFactor = 3;

const bench = await startBench({ upstreamDelayMs: 5, tenants: ['bench', 'noisy'] });
const samples: Sample[] = [];
try {
  const { facts, keys, services } = bench.patchbay;
  const openDriver = async (tenant: string) => {
    const credentials = seedFileOf(keys, 'agent', tenant);
    const { child } = await startModule('open-driver.ts', [
      facts.nats_url,
      tenant,
      credentials,
      'bench_lookup',
      '2000',
    ]);
    bench.children.push(child);
    return child;
  };
  const waiting = await bench.startDriver('read', facts.nats_url, 'noisy', seedFileOf(keys, 'agent', 'noisy'));
  const [flood, same, other] = [await openDriver('noisy'), await openDriver('noisy'), await openDriver('bench')];
  const executor = services.find(({ service }) => service === 'executor')?.pid as number;
  const pinned =
    pin([executor, bench.patchbay.nats.pid], '0') &&
    pin([waiting.pid, flood.pid, same.pid, other.pid, bench.upstream.pid], '1');
  await ask(waiting, { concurrency: 32, seconds: 5 });
  for (const one of [flood, same, other]) await ask(one, { callsPerSecond: 200, seconds: 2 });
  const look = (one: typeof same) => ask<OpenResult>(one, { callsPerSecond: looks, seconds });
  for (let round = 1; round <= rounds; round++) {
    const sameAlone = await look(same);
    const otherAlone = await look(other);
    const { calls, seconds: took } = await ask<DriverResult>(waiting, { concurrency: 64, seconds });
    const peak = calls / took;
    const flooded = (caller: typeof same) =>
      Promise.all([ask<OpenResult>(flood, { callsPerSecond: peak * floodFactor, seconds }), look(caller)]);
    const [over, sameBeside] = await flooded(same);
    const [beside, otherBeside] = await flooded(other);
    samples.push({
      peak,
      offered: over.sent / over.seconds,
      goodput: (over.succeeded + sameBeside.succeeded) / over.seconds,
      failed: over.failed + sameBeside.failed + beside.failed + otherBeside.failed,
      same: { alone: sameAlone, beside: sameBeside },
      other: { alone: otherAlone, beside: otherBeside },
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
    ['unloaded p99, ms', of(({ same }) => same.alone.p99), ''],
    ['admitted p50, ms', of(({ same }) => same.beside.p50), ''],
    ['admitted p99, ms', of(({ same }) => same.beside.p99), ''],
    ['admitted p99 of unloaded', of(({ same }) => same.beside.p99 / same.alone.p99), 'at most 2'],
    ['refused p99, ms', of(({ same }) => same.beside.shedP99), 'below 10'],
    ['otherwise failed, calls', of(({ failed }) => failed), '0'],
    ['calls of another tenant refused', of(({ other }) => other.beside.shed), '0'],
    ['p99 of another tenant, of alone', of(({ other }) => other.beside.p99 / other.alone.p99), 'at most 1.2'],
  ];
  const cells = rows.map(([name, value, goal]) => [
    name,
    value.toLocaleString('en', { maximumFractionDigits: 2 }),
    goal,
  ]);
  print(options, { samples }, () => table(['', 'measured', 'goal'], cells));
}
