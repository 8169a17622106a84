import type { ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { ask, cpuSeconds } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import type { DriverResult } from '../work.ts';

const usage = `Usage: npm run bench -- scaling [options]

Throughput of a read tool with 1, 2 and 4 executors, each in a process of its own, at an upstream that takes its time. Each
executor has so many callers that wait for their answers; twice the executors make twice the calls until the processors are
full. Said with each figure: the share of the machine that was not idle, and how much of the machine the executors had. Few callers
each leave room for four executors; with many the processors are full before. The goal: 0.9 of linear wherever the processors were
not full. The exit code is 1 when it is not met.

  --delay MS        what the upstream takes (default 50)
  --seconds S       seconds per figure (default 5)
  --rounds N        rounds; medians are printed (default 3)
  --warmup S        seconds of load for each number of executors before counting (default 20)
  --concurrency N,… callers for each executor, one table each (default 10,15,40)
  --json            print one JSON object
`;

const options = readOptions(usage, { delay: 50, seconds: 5, rounds: 3, warmup: 20, concurrency: '10,15,40' });
const { delay, seconds, rounds, warmup } = options;
const levels = options.concurrency.split(',').map(Number);
if (levels.some((level) => !(level >= 1))) throw new Error('--concurrency takes numbers, such as 10,15,40.');
const goal = 0.9;
/** Share of the processors from which on they count as full. */
const full = 0.9;

interface Sample {
  readonly callers: number;
  readonly executors: number;
  readonly calls_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Share of the processors' time in which they were not idle, 0 to 1: whoever had it, the kernel and a hypervisor too. */
  readonly cpu_share: number;
  /** Share of the processors' time that the executors had. */
  readonly executors_share: number;
}
interface Figure extends Sample {
  /** Calls per second over those of one executor times the number. */
  readonly of_linear: number;
  /** Null: the processors were full. */
  readonly held: boolean | null;
}

const bench = await startBench({ upstreamDelayMs: delay });
try {
  const driver = await bench.startDriver('read');
  const samples: Sample[] = [];
  for (const executors of [1, 2, 4]) {
    while (bench.patchbay.services.filter(({ service }) => service === 'executor').length < executors)
      await bench.patchbay.addService('executor');
    // Gently first: a cold process that is asked for everything at once refuses some of it, and rightly so. Then until the compiler
    // has done its work: a new executor's first thousands of calls take it up to four times of what later ones do.
    const most = Math.max(...levels) * executors;
    await ask(driver, { concurrency: Math.ceil(most / 4), seconds: 4 });
    await ask(driver, { concurrency: most, seconds: warmup });
    for (const callers of levels) {
      const concurrency = callers * executors;
      await ask(driver, { concurrency, seconds: 4 });
      for (let round = 1; round <= rounds; round++) {
        const sample = await measure(driver, callers, executors);
        samples.push(sample);
        process.stderr.write(
          `${executors} executors with ${callers} callers each, round ${round}: ${Math.round(sample.calls_per_second)} calls/s\n`,
        );
      }
    }
  }
  const figures = levels.flatMap((callers) => figuresOf(samples.filter((sample) => sample.callers === callers)));
  const held = figures.every((figure) => figure.held !== false);
  print(options, { delay_ms: delay, goal, held, figures }, () =>
    [
      ...levels.map(
        (callers) =>
          `${callers} callers for each executor\n\n${table(
            ['executors', 'calls/s', 'p50 ms', 'p99 ms', 'processors busy', 'by executors', 'of linear', ''],
            figures.filter((figure) => figure.callers === callers).map(row),
          )}\n`,
      ),
      `At least ${goal} of linear wherever less than ${full * 100} % of the processors was busy: ${held ? 'held' : 'not held'}.\n`,
    ].join(''),
  );
  if (!held) process.exitCode = 1;
} finally {
  await bench.stop();
}
process.exit();

async function measure(driver: ChildProcess, callers: number, executors: number): Promise<Sample> {
  const pids = Object.fromEntries(Object.entries(bench.pids()).filter(([role]) => role.startsWith('executor')));
  const [before, idleBefore, from] = [cpuSeconds(pids), idleSeconds(), performance.now()];
  const {
    calls,
    seconds: took,
    p50,
    p99,
  } = await ask<DriverResult>(driver, { concurrency: callers * executors, seconds });
  const available = ((performance.now() - from) / 1_000) * cpus().length;
  const used = Object.entries(cpuSeconds(pids)).reduce((sum, [role, at]) => sum + at - (before[role] as number), 0);
  return {
    ...{ callers, executors, calls_per_second: calls / took, p50_ms: p50, p99_ms: p99 },
    cpu_share: Math.max(0, 1 - (idleSeconds() - idleBefore) / available),
    executors_share: used / available,
  };
}

/** Of all processors together, since the machine started. */
function idleSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle / 1_000, 0);
}

/** The round in the middle, by calls, of each number of executors, beside one executor. */
function figuresOf(samples: readonly Sample[]): Figure[] {
  const medians = [...Map.groupBy(samples, ({ executors }) => executors).values()].map((same) => {
    const sorted = same.toSorted((a, b) => a.calls_per_second - b.calls_per_second);
    return sorted[Math.floor(sorted.length / 2)] as Sample;
  });
  const one = medians[0]?.calls_per_second as number;
  return medians.map((figure) => {
    const ofLinear = figure.calls_per_second / one / figure.executors;
    return { ...figure, of_linear: ofLinear, held: figure.cpu_share >= full ? null : ofLinear >= goal };
  });
}

function row(figure: Figure): (string | number)[] {
  return [
    figure.executors,
    number(figure.calls_per_second),
    number(figure.p50_ms, 1),
    number(figure.p99_ms, 1),
    `${Math.round(figure.cpu_share * 100)} %`,
    `${Math.round(figure.executors_share * 100)} %`,
    number(figure.of_linear, 2),
    figure.held === null ? 'full' : figure.held ? 'held' : 'not held',
  ];
}
