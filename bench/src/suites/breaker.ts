import { ask } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { type DriverResult, documentOf } from '../work.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- breaker [options]

What a failing host does to the calls of another one, through the same executor: a healthy tool is called alone, then
beside callers of a host that answers 500, then beside callers of a host that never answers. Those callers pause between
calls, as agents do. The ratios are to the healthy tool beside as many callers of a second healthy host.

  --seconds S       seconds per figure (default 5)
  --rounds N        rounds; medians are printed (default 3)
  --json            print one JSON object
`;

const options = readOptions(usage, { seconds: 5, rounds: 3 });
const { seconds, rounds } = options;

const neighbours = ['healthy', 'failing', 'hanging'] as const;
const bench = await startBench({ upstreamDelayMs: 5 });
try {
  for (const id of neighbours)
    await bench.asAdmin(async (admin) => {
      await admin.register({ document: documentOf(id) });
      await admin.addConnection({ integration: id, credential: { type: 'bearer', token: 'bench-credential' } });
    });
  const { facts } = bench.patchbay;
  const place = [facts.nats_url, facts.tenant, facts.agent_credentials];
  const own = await bench.startDriver('read');
  const drivers = await Promise.all(
    neighbours.map(async (id) => [id, await bench.startDriver('tool', ...place, `${id}_lookup`, '500')] as const),
  );
  await ask(own, { concurrency: 16, seconds: 4 });
  const samples: { beside: string; p50: number; p99: number; rate: number; neighbour_failed: number }[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [beside, driver] of drivers) {
      const [mine, theirs] = await Promise.all([
        ask<DriverResult>(own, { concurrency: 16, seconds }),
        ask<DriverResult>(driver, { concurrency: 16, seconds, pauseMs: 50 }),
      ]);
      samples.push({
        beside,
        p50: mine.p50,
        p99: mine.p99,
        rate: mine.calls / mine.seconds,
        neighbour_failed: theirs.failed,
      });
    }
    process.stderr.write(`round ${round} done\n`);
  }
  const of = (beside: string, pick: (sample: (typeof samples)[number]) => number) =>
    median(samples.filter((sample) => sample.beside === beside).map(pick));
  const rows = neighbours.map((beside) => ({
    beside,
    calls_per_second: of(beside, ({ rate }) => rate),
    p50_ms: of(beside, ({ p50 }) => p50),
    p99_ms: of(beside, ({ p99 }) => p99),
    neighbour_failed: of(beside, ({ neighbour_failed }) => neighbour_failed),
    p99_ratio: of(beside, ({ p99 }) => p99) / of('healthy', ({ p99 }) => p99),
    throughput_ratio: of(beside, ({ rate }) => rate) / of('healthy', ({ rate }) => rate),
  }));
  const heads = [
    'beside callers of a host that is',
    'calls/s',
    'p50 ms',
    'p99 ms',
    'their failures',
    'p99 x',
    'calls/s x',
  ];
  print(options, { rows }, () =>
    table(
      heads,
      rows.map((row) => [
        row.beside,
        number(row.calls_per_second),
        number(row.p50_ms, 2),
        number(row.p99_ms, 2),
        row.neighbour_failed,
        number(row.p99_ratio, 2),
        number(row.throughput_ratio, 2),
      ]),
    ),
  );
} finally {
  await bench.stop();
}
process.exit();
