import { installPackages } from '../peers/install-packages.ts';
import { startOpenapiMcp } from '../peers/start-openapi-mcp.ts';
import { ask, cpuSeconds, startModule } from '../processes.ts';
import { startBench } from '../start-bench.ts';

import { number, print, readOptions, table } from '../suite.ts';
import type { DriverResult } from '../work.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- mcp [options]

What an MCP tool call through Patchbay takes, over HTTP with a key, in both revisions of the protocol: gateway, executor, lease,
audit and all. Beside it, in the same run and by turns, an MCP server made from an OpenAPI description of the same upstream
(@ivotoby/openapi-mcp-server), which calls it from its own process and does none of that. One at a time, and many at once. It is
installed into bench/peers at the first run.

  --seconds S        seconds per figure (default 5)
  --rounds N         rounds; medians are printed (default 5)
  --warmup S         seconds of load for each before counting (default 12)
  --concurrency N    calls under way at once, at the most (default 64)
  --json             print one JSON object
`;

const options = readOptions(usage, { seconds: 5, rounds: 5, warmup: 12, concurrency: 64 });
const { seconds, rounds, warmup, concurrency } = options;

const candidates = ['OpenAPI to MCP, 2025-11-25', 'Patchbay, 2025-11-25', 'Patchbay, 2026-07-28'] as const;
type Candidate = (typeof candidates)[number];
const peer = candidates[0];

interface Sample extends DriverResult {
  readonly candidate: Candidate;
  readonly concurrency: number;
  readonly round: number;
  /** Processor time of each process that has a part in it. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

const unlimited = { PATCHBAY_GATEWAY_REQUESTS_PER_MINUTE: '10000000', PATCHBAY_GATEWAY_BURST: '1000000' };
const packages = await installPackages('openapi-mcp', (line) => process.stderr.write(`${line}\n`));
const bench = await startBench({ variables: { gateway: unlimited } });
const samples: Sample[] = [];
try {
  const { dir, children, upstream, upstreamUrl } = bench;
  const other = await startOpenapiMcp({ dir, children, packages, upstream: { child: upstream, url: upstreamUrl } });
  const { secret: key } = await bench.asAdmin((admin) => admin.keys.create({ name: 'bench', role: 'agent' }));
  const own = `${bench.patchbay.facts.gateway_url}/mcp?tools=list`;
  const driverOf = async (url: string, revision: string, withKey: string | null) => {
    const { child } = await startModule('mcp-driver.ts', [url, revision, 'lookup']);
    bench.children.push(child);
    await ask(child, { key: withKey });
    return child;
  };
  const drivers = {
    'OpenAPI to MCP, 2025-11-25': await driverOf(other.url, '2025-11-25', null),
    'Patchbay, 2025-11-25': await driverOf(own, '2025-11-25', key),
    'Patchbay, 2026-07-28': await driverOf(own, '2026-07-28', key),
  };
  const pidsOf = (candidate: Candidate) => ({
    driver: drivers[candidate].pid as number,
    ...(candidate === peer ? { server: other.pid } : bench.pids()),
  });
  const measure = async (candidate: Candidate, atOnce: number, round: number) => {
    const before = cpuSeconds(pidsOf(candidate));
    const result = await ask<DriverResult>(drivers[candidate], { concurrency: atOnce, seconds });
    const after = Object.entries(cpuSeconds(pidsOf(candidate)));
    samples.push({
      ...result,
      candidate,
      concurrency: atOnce,
      round,
      cpuSeconds: Object.fromEntries(after.map(([role, at]) => [role, at - (before[role] as number)])),
    });
  };
  for (const candidate of candidates) await ask(drivers[candidate], { concurrency, seconds: warmup });
  for (let round = 1; round <= rounds; round++) {
    for (const candidate of round % 2 === 0 ? candidates : candidates.toReversed())
      for (const atOnce of [1, concurrency]) await measure(candidate, atOnce, round);
    process.stderr.write(`round ${round} of ${rounds} done\n`);
  }
} finally {
  await bench.stop();
}
report();
process.exit();

function report(): void {
  const of = (candidate: Candidate, atOnce: number) =>
    samples.filter((one) => one.candidate === candidate && one.concurrency === atOnce);
  const perSecond = (one: Sample) => one.calls / one.seconds;
  const cpuMs = (one: Sample) =>
    (Object.entries(one.cpuSeconds).reduce((sum, [role, s]) => (role === 'driver' ? sum : sum + s), 0) * 1_000) /
    one.calls;
  /** Calls a second beside the other's, of the same round each. */
  const ratio = (candidate: Candidate, atOnce: number) =>
    median(of(candidate, atOnce).map((one, i) => perSecond(one) / perSecond(of(peer, atOnce)[i] as Sample)));
  const ratios = candidates
    .filter((candidate) => candidate !== peer)
    .flatMap((candidate) => [1, concurrency].map((atOnce) => ({ candidate, atOnce, ratio: ratio(candidate, atOnce) })));
  print(options, { ratios, samples }, () =>
    [
      table(
        ['', 'at once', 'calls/s', 'p50 ms', 'p99 ms', 'CPU ms a call', 'calls/s of the peer’s'],
        candidates.flatMap((candidate) =>
          [1, concurrency].map((atOnce) => [
            candidate,
            atOnce,
            number(median(of(candidate, atOnce).map(perSecond))),
            number(median(of(candidate, atOnce).map(({ p50 }) => p50)), 2),
            number(median(of(candidate, atOnce).map(({ p99 }) => p99)), 2),
            number(median(of(candidate, atOnce).map(cpuMs)), 2),
            number(ratio(candidate, atOnce), 2),
          ]),
        ),
      ),
      '\nProcessor time of each process at the most, ms a call:\n\n',
      table(
        ['', 'process', 'CPU ms'],
        candidates.flatMap((candidate) => {
          const most = of(candidate, concurrency);
          return Object.keys(most[0]?.cpuSeconds ?? {}).map((role) => [
            candidate,
            role,
            number(median(most.map((one) => ((one.cpuSeconds[role] ?? 0) * 1_000) / one.calls)), 3),
          ]);
        }),
      ),
    ].join(''),
  );
}
