import { cpus } from 'node:os';
import { ask, cpuSeconds } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import type { DriverResult } from '../work.ts';

const usage = `Usage: npm run bench -- scaling [options]

Throughput of a read tool with 1, 2 and 4 executors, each in a process of its own, at an upstream that takes its time. Each
executor has so many callers that wait for their answers; twice the executors make twice the calls until the processors are
full. Said with each figure: the share of the machine that was busy.

  --delay MS        what the upstream takes (default 50)
  --seconds S       seconds per figure (default 5)
  --rounds N        rounds; medians are printed (default 3)
  --concurrency N   callers for each executor (default 40)
  --json            print one JSON object
`;

const options = readOptions(usage, { delay: 50, seconds: 5, rounds: 3, concurrency: 40 });
const { delay, seconds, rounds } = options;

interface Figure {
  readonly executors: number;
  readonly calls_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Share of all processors that drivers, services, servers and upstream used, 0 to 1. */
  readonly cpu_share: number;
  /** Calls per second over those of one executor times the number. */
  readonly of_linear: number;
}

const bench = await startBench({ upstreamDelayMs: delay });
try {
  const driver = await bench.startDriver('read');
  const runs = new Map<number, Omit<Figure, 'of_linear'>[]>();
  for (const executors of [1, 2, 4]) {
    while (bench.patchbay.services.filter(({ service }) => service === 'executor').length < executors)
      await bench.patchbay.addService('executor');
    const concurrency = options.concurrency * executors;
    // Gently first: a cold process that is asked for everything at once refuses some of it, and rightly so.
    await ask(driver, { concurrency: concurrency / 4, seconds: 4 });
    await ask(driver, { concurrency, seconds: 4 });
    for (let round = 1; round <= rounds; round++) {
      const pids = { ...bench.pids(), driver: driver.pid as number, upstream: bench.upstream.pid as number };
      const before = total(cpuSeconds(pids));
      const { calls, seconds: took, p50, p99 } = await ask<DriverResult>(driver, { concurrency, seconds });
      const share = (total(cpuSeconds(pids)) - before) / took / cpus().length;
      const figures = runs.get(executors) ?? [];
      figures.push({ executors, calls_per_second: calls / took, p50_ms: p50, p99_ms: p99, cpu_share: share });
      runs.set(executors, figures);
      process.stderr.write(`${executors} executors, round ${round}: ${Math.round(calls / took)} calls/s\n`);
    }
  }
  const medians = [...runs.values()].map(
    (figures) =>
      figures.sort((a, b) => a.calls_per_second - b.calls_per_second)[Math.floor(figures.length / 2)] as Figure,
  );
  const one = medians[0]?.calls_per_second as number;
  const figures: Figure[] = medians.map((figure) => ({
    ...figure,
    of_linear: figure.calls_per_second / one / figure.executors,
  }));
  print(options, { delay_ms: delay, figures }, () =>
    table(
      ['executors', 'calls/s', 'p50 ms', 'p99 ms', 'processors busy', 'of linear'],
      figures.map((figure) => [
        figure.executors,
        number(figure.calls_per_second),
        number(figure.p50_ms, 1),
        number(figure.p99_ms, 1),
        `${Math.round(figure.cpu_share * 100)} %`,
        number(figure.of_linear, 2),
      ]),
    ),
  );
} finally {
  await bench.stop();
}

function total(used: Record<string, number>): number {
  return Object.values(used).reduce((sum, one) => sum + one, 0);
}

process.exit();
