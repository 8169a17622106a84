import type { ChildProcess } from 'node:child_process';
import { ask, startModule } from '../processes.ts';
import { startBare } from '../start-bare.ts';
import { startBench } from '../start-bench.ts';
import { type StreamCandidate, type StreamResult, type StreamTask, streamCandidates } from '../stream-work.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { percentilesOf } from '../work.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- streaming [options]

What a streamed answer costs, as lines of JSON from one local upstream, each line looked at: read directly with undici; by way
of a bare NATS worker that publishes each line to the reader's inbox, without credit, checks or an end that can be trusted;
and as chunks of a Patchbay stream. One run, interleaved. Then the time from a call to its first item, one call at a time.

  --rounds N        rounds; medians are printed (default 5)
  --bytes L         comma list, bytes of a line (default 64,4096)
  --streams L       comma list, streams at once (default 1,16)
  --lines N         lines of all streams of one figure together (default 40000)
  --first N         calls for the time to the first item, in each round (default 100)
  --json            print one JSON object
`;

const options = readOptions(usage, { rounds: 5, bytes: '64,4096', streams: '1,16', lines: 40_000, first: 100 });
const numbersOf = (list: string) => list.split(',').map(Number);

const names: Record<StreamCandidate, string> = {
  direct: 'direct undici read',
  bare: 'bare NATS, a message a line',
  patchbay: 'Patchbay, a chunk a line',
};

interface Sample {
  readonly candidate: StreamCandidate;
  readonly round: number;
  readonly bytes: number;
  readonly streams: number;
  /** Items of all streams together in a second. */
  readonly rate: number;
}
interface FirstSample {
  readonly candidate: StreamCandidate;
  readonly round: number;
  readonly p50: number;
  readonly p99: number;
}

const samples: Sample[] = [];
const firsts: FirstSample[] = [];
const bench = await startBench();
try {
  const { facts } = bench.patchbay;
  const bare = await startBare(bench);
  const where: Record<StreamCandidate, string[]> = {
    direct: [bench.upstreamUrl],
    bare: [bare.url],
    patchbay: [facts.nats_url, facts.tenant, facts.agent_credentials],
  };
  const drivers = new Map<StreamCandidate, ChildProcess>();
  for (const candidate of streamCandidates) {
    const { child } = await startModule('stream-driver.ts', [candidate, ...where[candidate]]);
    bench.children.push(child);
    drivers.set(candidate, child);
  }
  const read = (candidate: StreamCandidate, task: StreamTask) =>
    ask<StreamResult>(drivers.get(candidate) as ChildProcess, task);
  // Compiled code and sockets, before anything counts.
  for (const candidate of streamCandidates)
    for (let i = 0; i < 3; i++) await read(candidate, { streams: 4, lines: 5_000, bytes: 256 });

  for (let round = 1; round <= options.rounds; round++) {
    for (const bytes of numbersOf(options.bytes)) {
      for (const streams of numbersOf(options.streams)) {
        const lines = Math.max(1, Math.round(options.lines / streams));
        for (const candidate of streamCandidates) {
          const { seconds } = await read(candidate, { streams, lines, bytes });
          samples.push({ candidate, round, bytes, streams, rate: (lines * streams) / seconds });
        }
      }
    }
    for (const candidate of streamCandidates) {
      const times: number[] = [];
      for (let call = 0; call < options.first; call++)
        times.push(...(await read(candidate, { streams: 1, lines: 1, bytes: 64 })).firstMs);
      firsts.push({ candidate, round, ...percentilesOf(times) });
    }
    process.stderr.write(`round ${round} of ${options.rounds} done\n`);
  }
} finally {
  await bench.stop();
}
report();
process.exit();

function report(): void {
  const rows = numbersOf(options.bytes).flatMap((bytes) =>
    numbersOf(options.streams).flatMap((streams) =>
      streamCandidates.map((candidate) => {
        const ofPlace = samples.filter((one) => one.bytes === bytes && one.streams === streams);
        const own = ofPlace.filter((one) => one.candidate === candidate);
        return {
          candidate,
          bytes,
          streams,
          chunks_per_second: median(own.map(({ rate }) => rate)),
          mb_per_second: median(own.map(({ rate }) => (rate * bytes) / 1e6)),
          of_direct: median(own.map((one) => one.rate / rateOf('direct', one.round, ofPlace))),
          of_bare: median(own.map((one) => one.rate / rateOf('bare', one.round, ofPlace))),
        };
      }),
    ),
  );
  const first = streamCandidates.map((candidate) => {
    const own = firsts.filter((one) => one.candidate === candidate);
    return { candidate, p50_ms: median(own.map(({ p50 }) => p50)), p99_ms: median(own.map(({ p99 }) => p99)) };
  });
  print(options, { rounds: options.rounds, lines: options.lines, rows, first }, () => {
    const throughput = table(
      ['', 'bytes', 'streams', 'items/s', 'MB/s', 'of direct', 'of bare'],
      rows.map((row) => [
        names[row.candidate],
        row.bytes,
        row.streams,
        number(row.chunks_per_second),
        number(row.mb_per_second, 1),
        number(row.of_direct, 2),
        number(row.of_bare, 2),
      ]),
    );
    const toFirst = table(
      ['to the first item', 'p50 ms', 'p99 ms'],
      first.map((row) => [names[row.candidate], number(row.p50_ms, 2), number(row.p99_ms, 2)]),
    );
    return `${throughput}\n${toFirst}`;
  });
}

function rateOf(candidate: StreamCandidate, round: number, among: readonly Sample[]): number {
  return among.find((one) => one.candidate === candidate && one.round === round)?.rate as number;
}
