import type { LoadReport, LoadShape } from '@patchbay/load';
import type { UpstreamCounts } from '../faults-of.ts';
import type { LoadTask } from '../load-driver.ts';
import { ask, cpuSeconds, startModule } from '../processes.ts';
import { startBench, startUpstream } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';

const usage = `Usage: npm run bench -- success [options]

How many executions succeed while one request in a hundred to the upstream fails, in a way after which a call may be sent again: 503, 429
and connections that end without an answer, of writes 429 alone. Three reads for each write; writes bring a new idempotency key each.
The floor is the same upstream called directly at the same rate, without faults; what is added is the difference. Each time counts
from when its call was due. The exit code is 1 when fewer succeed than the goal says.

  --calls N          executions (default 100000)
  --rate N           a second, whatever becomes of them (default 400; 0: as fast as --concurrency callers get answers)
  --concurrency N    callers, with --rate 0 (default 16)
  --faults P         of 100 requests to the upstream, so many fail (default 1)
  --seed N           which ones (default 1)
  --delay MS         what the upstream takes (default 20)
  --executors N      executors, each a process (default 2)
  --json             print one JSON object
`;

const options = readOptions(usage, {
  calls: 100_000,
  rate: 400,
  concurrency: 16,
  faults: 1,
  seed: 1,
  delay: 20,
  executors: 2,
});
const { calls, rate, concurrency, faults, seed, delay, executors } = options;
/** Of all executions. */
const goal = 0.999;
/** Milliseconds that Patchbay may add to a call in the mean, by its specification. */
const budgetMs = 500;
const warmupSeconds = 5;
const floorCalls = Math.max(200, Math.round(calls / 20));

const shape: LoadShape =
  rate > 0 ? { kind: 'open', perSecond: rate, mostInFlight: 2_000 } : { kind: 'closed', callers: concurrency };
const task: LoadTask = {
  shape,
  seconds: 3_600,
  calls,
  warmupSeconds: 0,
  readsPerWrite: 3,
  keys: 'new',
  run: 'success',
};

const faulty = await startUpstream(delay, { share: faults / 100, seed });
const bench = await startBench({ executors, upstream: faulty });
bench.children.push(faulty.child);
try {
  const { facts } = bench.patchbay;
  const start = async (...args: string[]) => {
    const { child } = await startModule('load-driver.ts', args);
    bench.children.push(child);
    return child;
  };
  const sound = await startUpstream(delay);
  bench.children.push(sound.child);
  const direct = await start('direct', sound.url);
  const patchbay = await start('patchbay', facts.nats_url, facts.tenant, facts.agent_credentials);
  const say = (text: string) => process.stderr.write(`${text}\n`);

  const warm: LoadTask = { ...task, calls: 1_000_000, seconds: warmupSeconds, run: 'warm' };
  await ask(direct, warm);
  await ask(patchbay, { ...warm, shape: { kind: 'closed', callers: 8 } });
  say('warmed up; measuring the floor');
  const before = await ask<LoadReport>(direct, { ...task, calls: floorCalls });
  const upstreamBefore = await ask<UpstreamCounts>(faulty.child, { counts: true });
  say(`${calls} executions`);
  const pids = bench.pids();
  const cpuBefore = total(cpuSeconds(pids));
  const report = await ask<LoadReport>(patchbay, { ...task, tells: true });
  const cpu = total(cpuSeconds(pids)) - cpuBefore;
  const upstream = since(upstreamBefore, await ask<UpstreamCounts>(faulty.child, { counts: true }));
  say('measuring the floor again');
  const after = await ask<LoadReport>(direct, { ...task, calls: floorCalls });

  const floors = [before, after].map(({ response_ms }) => response_ms);
  const floor = {
    mean_ms: mean(floors.map((one) => one.mean ?? Number.NaN)),
    p50_ms: mean(floors.map((one) => one.p50 ?? Number.NaN)),
    p99_ms: mean(floors.map((one) => one.p99 ?? Number.NaN)),
  };
  const { mean: meanMs, p50, p99, p999 } = report.response_ms;
  const added = {
    mean_ms: (meanMs ?? Number.NaN) - floor.mean_ms,
    p99_ms: (p99 ?? Number.NaN) - floor.p99_ms,
    mean_of_floor: (meanMs ?? Number.NaN) / floor.mean_ms,
    p99_of_floor: (p99 ?? Number.NaN) / floor.p99_ms,
    mean_of_budget: ((meanMs ?? Number.NaN) - floor.mean_ms) / budgetMs,
  };
  const retried = report.by_what.filter(({ what }) => what.endsWith(', tried again'));
  const success = report.success ?? 0;
  const held = success >= goal && report.counts.made >= calls;
  const document = {
    ...{ calls: report.counts.made, rate, concurrency, faults_percent: faults, seed, delay_ms: delay, executors },
    success,
    goal,
    held,
    counts: report.counts,
    errors: report.errors,
    seconds: report.seconds,
    per_second: report.per_second,
    generator: report.generator,
    upstream,
    tried_again: retried.reduce((sum, { succeeded, unsuccessful }) => sum + succeeded + unsuccessful, 0),
    ...{ response_ms: report.response_ms, floor, added, by_what: report.by_what },
    cpu_seconds_per_1000: (cpu * 1_000) / report.counts.made,
  };
  print(options, document, () =>
    [
      `${number(report.counts.made)} executions in ${number(report.seconds)} s; ${number(upstream.requests)} requests to the upstream, of which ${number(Object.values(upstream.faults).reduce((a, b) => a + b, 0))} failed (${JSON.stringify(upstream.faults)}); ${number(document.tried_again)} executions tried again.\n`,
      `Succeeded: ${number(success * 100, 4)} % (goal ${goal * 100} %: ${held ? 'held' : 'not held'}). Others: ${JSON.stringify(report.errors)}.\n\n`,
      table(
        ['milliseconds', 'mean', 'p50', 'p99', 'p99.9'],
        [
          ['upstream called directly, no faults', ...[floor.mean_ms, floor.p50_ms, floor.p99_ms].map(two), ''],
          ['Patchbay', ...[meanMs, p50, p99, p999].map(two)],
          ...report.by_what.map(({ what, latency_ms: one }) => [
            `– ${what}, from when made`,
            ...[one.mean, one.p50, one.p99, one.p999].map(two),
          ]),
        ],
      ),
      `\nAdded in the mean: ${two(added.mean_ms)} ms, ${number(added.mean_of_budget * 100, 1)} % of the ${budgetMs} ms that may be added; ${number(added.mean_of_floor, 2)} times the floor's mean. p99: ${two(added.p99_ms)} ms more, ${number(added.p99_of_floor, 2)} times.\n`,
      report.generator.at_its_limit ? 'The generator was at its limit.\n' : '',
    ].join(''),
  );
  if (!held) process.exitCode = 1;
} finally {
  await bench.stop();
}
process.exit();

function two(value: number | null): string {
  return value === null || Number.isNaN(value) ? '' : number(value, 2);
}

function mean(values: readonly number[]): number {
  return total(Object.fromEntries(values.entries())) / values.length;
}

function total(values: Record<string, number>): number {
  return Object.values(values).reduce((sum, one) => sum + one, 0);
}

function since(before: UpstreamCounts, now: UpstreamCounts): UpstreamCounts {
  return {
    requests: now.requests - before.requests,
    faults: Object.fromEntries(
      Object.entries(now.faults).map(([kind, times]) => [kind, times - (before.faults[kind] ?? 0)]),
    ),
  };
}
