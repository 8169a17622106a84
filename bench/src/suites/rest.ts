import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ask, cpuSeconds, startModule, untilIdle } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import type { DriverResult } from '../work.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- rest [options]

What the REST door adds to a call, in one run and interleaved: a fastify that hands the call to the same upstream with undici
and does nothing else; the same tool over NATS; and the same tool over the gateway's REST.

  --rounds N        rounds per figure; medians are printed (default 5)
  --seconds S       seconds per candidate, concurrency and round (default 2)
  --concurrency L   comma list (default 1,16,64)
  --warmup S        seconds of load before counting (default 15)
  --profile P       instead of measuring, say where the time of a service goes under REST load: gateway or executor
  --json            print one JSON object
`;

const options = readOptions(usage, { rounds: 5, seconds: 2, concurrency: '1,16,64', warmup: 15, profile: '' });
const names = { proxy: 'bare fastify and undici', nats: 'Patchbay over NATS', rest: 'Patchbay over REST' } as const;
type Candidate = keyof typeof names;
/** What REST should reach of the bare proxy's throughput. */
const goal = 0.5;

interface Sample extends DriverResult {
  readonly candidate: Candidate;
  readonly concurrency: number;
  /** Microseconds of processor time of the gateway for each call. */
  readonly gatewayUs: number;
}

if (!['', 'gateway', 'executor'].includes(options.profile)) {
  process.stderr.write(`--profile takes gateway or executor, not '${options.profile}'.\n`);
  process.exit(2);
}
const bench = await startBench({
  variables: { gateway: { PATCHBAY_GATEWAY_REQUESTS_PER_MINUTE: '10000000', PATCHBAY_GATEWAY_BURST: '1000000' } },
  ...(options.profile !== '' && { profiled: options.profile as 'gateway' | 'executor' }),
});
try {
  const { facts, state, services } = bench.patchbay;
  const { child: proxy, first } = await startModule<{ port: number }>('bare-proxy.ts', [bench.upstreamUrl]);
  bench.children.push(proxy);
  const start = async (module: string, ...args: string[]) => {
    const { child } = await startModule(module, args);
    bench.children.push(child);
    return child;
  };
  const drivers: Record<Candidate, ChildProcess> = {
    proxy: await start('rest-driver.ts', `http://127.0.0.1:${first.port}`),
    nats: await start('driver.ts', 'read', facts.nats_url, facts.tenant, facts.agent_credentials),
    rest: await start('rest-driver.ts', facts.gateway_url, join(state.keys, 'operator.key'), facts.tenant),
  };
  const candidates = Object.keys(names) as Candidate[];
  const levels = options.concurrency.split(',').map(Number);
  const pidOf = (service: string) => services.find((one) => one.service === service)?.pid as number;
  for (const candidate of candidates) await ask(drivers[candidate], { concurrency: 32, seconds: options.warmup });

  if (options.profile !== '') {
    await ask(drivers.rest, { concurrency: levels.at(-1) as number, seconds: options.seconds });
    const lines = await bench.endProfiled(options.seconds);
    process.stdout.write(`${lines.join('\n')}\n`);
  } else report(await measure(drivers, candidates, levels, pidOf));
} finally {
  await bench.stop();
}
process.exit();

async function measure(
  drivers: Record<Candidate, ChildProcess>,
  candidates: readonly Candidate[],
  levels: readonly number[],
  pidOf: (service: string) => number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const concurrency of levels)
      for (const candidate of candidates) {
        const pids = { gateway: pidOf('gateway') };
        const before = cpuSeconds(pids);
        const result = await ask<DriverResult>(drivers[candidate], { concurrency, seconds: options.seconds });
        const used = (cpuSeconds(pids).gateway as number) - (before.gateway as number);
        // What is still being stored must not be another candidate's load.
        if (candidate !== 'proxy') await untilIdle(pidOf('audit'));
        samples.push({ ...result, candidate, concurrency, gatewayUs: (used * 1_000_000) / result.calls });
      }
    process.stderr.write(`round ${round} of ${options.rounds} done\n`);
  }
  return samples;
}

function report(samples: readonly Sample[]): void {
  const of = (candidate: Candidate, concurrency: number, field: (sample: Sample) => number) =>
    median(samples.filter((one) => one.candidate === candidate && one.concurrency === concurrency).map(field));
  const rows = [...new Set(samples.map(({ concurrency }) => concurrency))].flatMap((concurrency) =>
    (Object.keys(names) as Candidate[]).map((candidate) => ({
      candidate,
      concurrency,
      perSecond: of(candidate, concurrency, ({ calls, seconds }) => calls / seconds),
      p50: of(candidate, concurrency, ({ p50 }) => p50),
      p99: of(candidate, concurrency, ({ p99 }) => p99),
      gatewayUs: candidate === 'rest' ? of(candidate, concurrency, ({ gatewayUs }) => gatewayUs) : 0,
    })),
  );
  const ratios = [...new Set(rows.map(({ concurrency }) => concurrency))].map((concurrency) => {
    const at = (candidate: Candidate) =>
      rows.find((row) => row.candidate === candidate && row.concurrency === concurrency)?.perSecond ?? Number.NaN;
    return { concurrency, ofProxy: at('rest') / at('proxy'), ofNats: at('rest') / at('nats') };
  });
  print(options, { node: process.version, rounds: options.rounds, rows, ratios, goal }, () =>
    [
      table(
        ['candidate', 'at once', 'calls/s', 'p50 ms', 'p99 ms', 'gateway µs/call'],
        rows.map((row) => [
          names[row.candidate],
          row.concurrency,
          number(row.perSecond),
          number(row.p50, 2),
          number(row.p99, 2),
          row.gatewayUs === 0 ? '' : number(row.gatewayUs),
        ]),
      ),
      ...ratios.map(
        ({ concurrency, ofProxy, ofNats }) =>
          `At ${concurrency}: REST is ${number(ofProxy, 2)} of the bare proxy (goal ${goal}), ${number(ofNats, 2)} of NATS.\n`,
      ),
    ].join(''),
  );
}
