import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LoadReport } from '@patchbay/load';
import { grows, type Point, trendOf } from '../slope.ts';
import { type SoakWay, soak } from '../soak-loads.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { mebibyte, type Weight, weigh } from '../weigh.ts';

const usage = `Usage: npm run bench -- soak [options]

A steady load for a long time: calls over NATS, REST and MCP, three reads for each write, and webhooks that go to a subscription. Every
so often each process is weighed: its heap after everything that can be collected was, its resident memory, its open descriptors.
Then it is asked whether they grow: by their median slope, if it is no chance and more than 5 % in the time judged, of a heap also
more than 4 MiB, of resident memory 16 MiB, of descriptors 3. The first third of the time is not judged. The exit code is 1 when
something grows.

What nats-server and Redis hold grows with what is stored in them, so their memory is told and not judged; their descriptors are.

  --minutes M        how long (default 30)
  --rate N           calls a second, of all kinds together (default 150)
  --sample S         seconds between weighings (default 10)
  --executors N      executors, each a process (default 2)
  --json             print one JSON object, with every weighing
`;

const options = readOptions(usage, { minutes: 30, rate: 150, sample: 10, executors: 2 });
const { minutes, rate, sample, executors } = options;

const kinds = {
  heap: { unit: mebibyte, tolerated: 4 },
  external: { unit: mebibyte, tolerated: 16 },
  rss: { unit: mebibyte, tolerated: 16 },
  descriptors: { unit: 1, tolerated: 3 },
} as const;
type Kind = keyof typeof kinds;
/** What holds what it was given to keep. */
const stores: ReadonlySet<string> = new Set(['nats', 'redis']);

interface Weighed extends Weight {
  /** Seconds since the load began. */
  readonly at: number;
}

/** Whether one thing of one process grows. Values in MiB, or a number of descriptors. */
interface Judged {
  readonly process: string;
  readonly kind: Kind;
  readonly first: number;
  readonly last: number;
  readonly median: number;
  readonly per_hour: number;
  /** Null: told and not judged. */
  readonly grows: boolean | null;
}

const services = ['audit', 'executor', 'gateway', 'registry', 'vault', 'webhook-delivery', 'webhook-ingress'] as const;
const heaps = mkdtempSync(join(tmpdir(), 'patchbay-soak-'));
const preload = `--import=${new URL('../tell-heap.ts', import.meta.url)}?dir=${encodeURIComponent(heaps)}&ms=${sample * 1_000}`;
const bench = await startBench({
  executors,
  nodeArguments: Object.fromEntries(services.map((service) => [service, [preload]])),
});
const weights = new Map<string, Weighed[]>();
const ending = new AbortController();
process.once('SIGINT', () => ending.abort());
try {
  const seconds = minutes * 60;
  const began = performance.now();
  const load = soak(bench, { perSecond: rate, seconds, signal: ending.signal });
  const weighing = weighUntil(
    load.then(() => {}),
    began,
  );
  const reports = await load;
  await weighing;
  report(reports);
} finally {
  await bench.stop();
  rmSync(heaps, { recursive: true, force: true });
}
process.exit();

async function weighUntil(end: Promise<void>, began: number): Promise<void> {
  let ended = false;
  const over = end.then(
    () => {
      ended = true;
    },
    () => {
      ended = true;
    },
  );
  for (;;) {
    // A weighing that a busy machine missed is left out.
    const sinceLast = (performance.now() - began) % (sample * 1_000);
    await Promise.race([over, delay(sample * 1_000 - sinceLast)]);
    if (ended) return;
    const at = (performance.now() - began) / 1_000;
    for (const [name, pid] of Object.entries(bench.pids())) {
      const known = weights.get(name) ?? [];
      known.push({ at, ...weigh(pid, heaps) });
      weights.set(name, known);
    }
    const rss = [...weights.values()].reduce((sum, one) => sum + (one.at(-1)?.rss ?? 0), 0);
    process.stderr.write(`${Math.round(at)} s of ${minutes * 60}: ${Math.round(rss / mebibyte)} MiB resident in all\n`);
  }
}

function judge(): Judged[] {
  const judged: Judged[] = [];
  for (const [name, all] of weights)
    for (const kind of Object.keys(kinds) as Kind[]) {
      const { unit, tolerated } = kinds[kind];
      const points: Point[] = all
        .slice(Math.floor(all.length / 3))
        .flatMap(({ at, [kind]: value }) => (value === null ? [] : [{ at, value: value / unit }]));
      const [first] = points;
      const last = points.at(-1);
      if (first === undefined || last === undefined) continue;
      const { perSecond, median } = trendOf(points);
      judged.push({
        ...{ process: name, kind, first: first.value, last: last.value, median, per_hour: perSecond * 3_600 },
        grows: stores.has(name) && kind !== 'descriptors' ? null : grows(points, tolerated),
      });
    }
  return judged;
}

function report(reports: Record<SoakWay, LoadReport>): void {
  const judged = judge();
  const growing = judged.filter((one) => one.grows === true);
  const ways = Object.entries(reports).map(([way, { counts, errors, response_ms, seconds: took }]) => ({
    ...{ way, seconds: took, made: counts.made, succeeded: counts.succeeded, errors },
    ...{ p50_ms: response_ms.p50, p99_ms: response_ms.p99 },
  }));
  const flat = growing.length === 0;
  const document = { minutes, rate, executors, sample, flat, ways, judged, weights: Object.fromEntries(weights) };
  print(options, document, () =>
    [
      table(
        ['calls over', 'made', 'succeeded', 'p50 ms', 'p99 ms', 'errors'],
        ways.map((one) => [
          one.way,
          number(one.made),
          number(one.succeeded),
          number(one.p50_ms ?? 0, 1),
          number(one.p99_ms ?? 0, 1),
          Object.entries(one.errors)
            .map(([code, times]) => `${code} ${times}`)
            .join(', '),
        ]),
      ),
      '\n',
      table(
        ['process', 'what', 'first', 'last', 'median', 'an hour', 'grows'],
        judged.map((one) => [
          one.process,
          one.kind === 'descriptors' ? one.kind : `${one.kind}, MiB`,
          ...[one.first, one.last, one.median].map((value) => number(value, one.kind === 'descriptors' ? 0 : 1)),
          `${one.per_hour > 0 ? '+' : ''}${number(one.per_hour, 1)}`,
          one.grows === null ? 'not judged' : one.grows ? 'yes' : 'no',
        ]),
      ),
      flat ? '\nNothing grows.\n' : `\n${growing.map((one) => `${one.process} ${one.kind}`).join(', ')} grow.\n`,
    ].join(''),
  );
  if (!flat) process.exitCode = 1;
}
