import { spawnSync } from 'node:child_process';
import { cpus, setPriority } from 'node:os';
import { seedFileOf } from '@patchbay/local-servers';
import type { FloodResult } from '../flood-driver.ts';
import type { OpenResult } from '../open-driver.ts';
import { ask, startModule } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { print, readOptions, table } from '../suite.ts';
import type { DriverResult } from '../work.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- overload [options]

One executor. First its peak: the most that succeed, of what 110 callers get that wait for their answers, and of rates up to
1.75 times that. Then calls at three times the peak, asked for
at that rate whatever becomes of them: how many still succeed (goodput). The flood is made twice: by the SDK, which holds back
most of what would be turned away, and by a plain NATS client that holds nothing back. How long calls take, and how soon they
are refused, is asked by callers in processes of their own, 100 calls a second: one of the flooding tenant and one of another.
Where taskset is there, executor and nats-server have a processor that nothing else uses, and those who look and the upstream
go before the flood: what is measured is the executor's overload, not the drivers'.

  --seconds S       seconds per figure (default 8)
  --rounds N        rounds; medians are printed (default 3)
  --warmup S        seconds of load before counting (default 20)
  --upstream-ms N   how long the upstream takes (default 50)
  --json            print one JSON object
`;

const options = readOptions(usage, { seconds: 8, rounds: 3, warmup: 20, 'upstream-ms': 50 });
const { seconds, rounds, warmup, 'upstream-ms': upstreamDelayMs } = options;

/** A crowd that holds back what the SDK would, and one that sends everything. */
const floods = ['throttled', 'plain'] as const;
type Flood = (typeof floods)[number];

interface Flooded {
  /** Calls a second that were asked for, those that were sent, and those that succeeded. */
  readonly offered: number;
  readonly sent: number;
  readonly goodput: number;
  readonly failed: number;
  /** What the flooding tenant's caller and another's saw. */
  readonly same: OpenResult;
  readonly other: OpenResult;
}

interface Sample {
  readonly peak: number;
  /** What the two callers see without a flood. */
  readonly same: OpenResult;
  readonly other: OpenResult;
  readonly floods: Readonly<Record<Flood, Flooded>>;
}

/** Calls a second of a caller that looks. */
const looks = 100;
/** Callers that wait for their answers: fewer than one tenant may have under way at once, so that none is refused. */
const waiters = 110;
const floodFactor = 3;

const bench = await startBench({ upstreamDelayMs, tenants: ['bench', 'noisy'] });
const samples: Sample[] = [];
try {
  const { facts, keys, services } = bench.patchbay;
  const driverOf = async (module: string, tenant: string) => {
    const credentials = seedFileOf(keys, 'agent', tenant);
    const { child } = await startModule(module, [facts.nats_url, tenant, credentials, 'bench_lookup', '2000']);
    bench.children.push(child);
    return child;
  };
  const waiting = await bench.startDriver('read', facts.nats_url, 'noisy', seedFileOf(keys, 'agent', 'noisy'));
  const same = await driverOf('open-driver.ts', 'noisy');
  const other = await driverOf('open-driver.ts', 'bench');
  const flood = await driverOf('flood-driver.ts', 'noisy');
  const drivers = [waiting, same, other, flood];
  const executor = services.find(({ service }) => service === 'executor')?.pid as number;
  const others = services.map(({ pid }) => pid as number).filter((pid) => pid !== executor);
  const pinned =
    pin([executor, bench.patchbay.nats.pid], '0') &&
    pin([...others, ...[...drivers, bench.upstream].map(({ pid }) => pid)], '1');
  for (const { pid } of [same, other, bench.upstream]) goFirst(pid as number);
  // A process's first thousands of calls take it up to four times of what later ones do.
  await ask(waiting, { concurrency: 32, seconds: warmup });
  for (const one of [same, other]) await ask(one, { callsPerSecond: 200, seconds: 2 });
  const sendFlood = (callsPerSecond: number, throttled: boolean) =>
    ask<FloodResult>(flood, { callsPerSecond, seconds, throttled });
  const look = (one: typeof same) => ask<OpenResult>(one, { callsPerSecond: looks, seconds });
  const flooded = async (kind: Flood, peak: number): Promise<Flooded> => {
    const beside = (caller: typeof same) =>
      Promise.all([sendFlood(peak * floodFactor, kind === 'throttled'), look(caller)]);
    const [first, seenBySame] = await beside(same);
    const [second, seenByOther] = await beside(other);
    return {
      offered: first.asked / first.seconds,
      sent: (first.asked - first.heldBack) / first.seconds,
      goodput: (first.succeeded + seenBySame.succeeded) / first.seconds,
      failed: first.failed + seenBySame.failed + second.failed + seenByOther.failed,
      same: seenBySame,
      other: seenByOther,
    };
  };
  /** The most that succeed in a second. Callers that wait for their answers may not ask for all there is. */
  const peakFrom = async (waited: number): Promise<number> => {
    let most = waited;
    for (const more of [1, 1.25, 1.5, 1.75]) {
      const { succeeded, seconds: took } = await sendFlood(waited * more, false);
      most = Math.max(most, succeeded / took);
    }
    return most;
  };
  for (let round = 1; round <= rounds; round++) {
    const alone = { same: await look(same), other: await look(other) };
    const { calls, seconds: took } = await ask<DriverResult>(waiting, { concurrency: waiters, seconds });
    const peak = await peakFrom(calls / took);
    samples.push({
      ...alone,
      peak,
      floods: { throttled: await flooded('throttled', peak), plain: await flooded('plain', peak) },
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

/** Only root may; without it, those who look wait their turn among the drivers. */
function goFirst(pid: number): void {
  try {
    setPriority(pid, -10);
  } catch {}
}

function report(): void {
  const rows: [string, (sample: Sample, flood: Flooded) => number, string][] = [
    ['peak, calls/s', ({ peak }) => peak, ''],
    ['offered, calls/s', (_, { offered }) => offered, ''],
    ['sent, calls/s', (_, { sent }) => sent, ''],
    ['goodput, calls/s', (_, { goodput }) => goodput, ''],
    ['goodput of peak', ({ peak }, { goodput }) => goodput / peak, 'at least 0.9'],
    ['unloaded p99, ms', ({ same }) => same.p99, ''],
    ['admitted p50, ms', (_, { same }) => same.p50, ''],
    ['admitted p99, ms', (_, { same }) => same.p99, ''],
    ['admitted p99 of unloaded', (alone, { same }) => same.p99 / alone.same.p99, 'at most 2'],
    ['refused p99, ms', (_, { same }) => same.shedP99, 'below 10'],
    ['otherwise failed, calls', (_, { failed }) => failed, '0'],
    ['calls of another tenant refused', (_, { other }) => other.shed, '0'],
    ['p99 of another tenant, of alone', (alone, { other }) => other.p99 / alone.other.p99, 'at most 1.2'],
  ];
  const cells = rows.map(([name, pick, goal]) => [
    name,
    ...floods.map((flood) =>
      median(samples.map((sample) => pick(sample, sample.floods[flood]))).toLocaleString('en', {
        maximumFractionDigits: 2,
      }),
    ),
    goal,
  ]);
  print(options, { samples }, () => table(['', 'held back as by the SDK', 'all of it sent', 'goal'], cells));
}
