import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { seedFileOf } from '@patchbay/local-servers';
import type { ListenResult } from '../hook-listener.ts';
import { type HookResult, type HookTask, hookScheme, hookSecret, hookType } from '../hook-work.ts';
import { ask, cpuSeconds, startModule, untilIdle } from '../processes.ts';
import { startBareHooks } from '../start-bare.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { median } from './calls-report.ts';

const usage = `Usage: npm run bench -- webhooks [options]

What the ingress takes: signed webhooks of 1.1 KB, each checked, told from copies, persisted, and only then answered. Beside it,
in the same run and by turns, a fastify that publishes each body to a JetStream of its own and answers after the ack: the
floor. At 100 and 1,000 a second whatever becomes of them, at as many as there are, and at half of the most. Meanwhile the delivery
is held back, for nobody reads the floor's stream either; what the most is beside a delivery that looks at each event is printed
too. Then delivery: each event goes to several subscriptions on NATS; counted is what arrives a second, and timed is from a
webhook's sending to its arrival at a subscriber, at 100 a second.

  --seconds S        seconds per figure (default 5)
  --rounds N         rounds; medians are printed (default 3)
  --concurrency N    webhooks under way at once, at the most (default 128)
  --ingresses N      processes of Patchbay that take them in at one port (default: one for each core, at most 4). The floor is
                     one process; with more than one ingress a floor of as many is measured too
  --subscriptions N  subscriptions that each event goes to (default 5; 0: the ingress alone)
  --json             print one JSON object
`;

const options = readOptions(usage, { seconds: 5, rounds: 3, concurrency: 128, ingresses: 0, subscriptions: 5 });
const { seconds, rounds, concurrency, subscriptions } = options;
const ingresses = options.ingresses || Math.min(4, availableParallelism());

type Candidate = 'fastify and JetStream' | 'fastify and JetStream, as many processes' | 'Patchbay';
const floors: readonly Candidate[] =
  ingresses > 1 ? ['fastify and JetStream', 'fastify and JetStream, as many processes'] : ['fastify and JetStream'];
const candidates: readonly Candidate[] = [...floors, 'Patchbay'];
const figures = ['100 a second', '1,000 a second', 'half of the most', 'the most', 'the most, read on'] as const;
type Figure = (typeof figures)[number];

interface Sample extends HookResult {
  readonly candidate: Candidate;
  readonly figure: Figure;
  readonly round: number;
  /** Processor time of each process that has a part in it. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

const bench = await startBench({ ingresses });
/** Lets a delivery that is held back go on, so that it can end. */
let resume = () => {};
const samples: Sample[] = [];
const fanOut: { readonly arrivedPerSecond: number; readonly acceptedPerSecond: number }[] = [];
const latencies: { readonly ack: HookResult; readonly arrival: ListenResult }[] = [];
try {
  const { facts, keys } = bench.patchbay;
  const bare = await startBareHooks(bench, 1);
  const many = ingresses > 1 ? await startBareHooks(bench, ingresses) : bare;
  const source = await bench.asAdmin((admin) =>
    admin.webhooks.sources.add({ scheme: hookScheme, secret: hookSecret, name: 'bench' }),
  );
  const driverOf = async (url: string) => {
    const { child } = await startModule('hook-driver.ts', [url]);
    bench.children.push(child);
    return child;
  };
  const drivers: Record<Candidate, ChildProcess> = {
    'fastify and JetStream': await driverOf(`${bare.url}/hooks/${source.id}`),
    'fastify and JetStream, as many processes': await driverOf(`${many.url}/hooks/${source.id}`),
    Patchbay: await driverOf(source.url ?? ''),
  };
  const pids: Record<Candidate, Record<string, number>> = {
    'fastify and JetStream': { driver: drivers['fastify and JetStream'].pid as number, ...bare.pids },
    'fastify and JetStream, as many processes': {
      driver: drivers['fastify and JetStream, as many processes'].pid as number,
      ...many.pids,
    },
    Patchbay: { driver: drivers.Patchbay.pid as number, ...bench.pids() },
  };
  const send = async (candidate: Candidate, task: HookTask) => {
    const before = cpuSeconds(pids[candidate]);
    const result = await ask<HookResult>(drivers[candidate], task);
    const after = Object.entries(cpuSeconds(pids[candidate]));
    if (result.failed > 0) process.stderr.write(`${candidate}: ${result.failed} webhooks were not accepted\n`);
    return {
      ...result,
      cpuSeconds: Object.fromEntries(after.map(([role, at]) => [role, at - (before[role] as number)])),
    };
  };
  const holdDelivery = (signal: 'SIGSTOP' | 'SIGCONT') =>
    process.kill(pids.Patchbay['webhook-delivery'] as number, signal);
  for (const candidate of candidates) await send(candidate, { concurrency, seconds: 3 });
  holdDelivery('SIGSTOP');
  resume = () => holdDelivery('SIGCONT');
  for (let round = 1; round <= rounds; round++) {
    // Half of the most is asked for once it is known, so it comes last.
    for (const candidate of round % 2 === 0 ? candidates : candidates.toReversed()) {
      const note = (figure: Figure, result: Omit<Sample, 'candidate' | 'figure' | 'round'>) =>
        samples.push({ ...result, candidate, figure, round });
      note('100 a second', await send(candidate, { perSecond: 100, seconds }));
      note('1,000 a second', await send(candidate, { perSecond: 1_000, seconds }));
      const most = await send(candidate, { concurrency, seconds });
      note('the most', most);
      note('half of the most', await send(candidate, { perSecond: most.accepted / most.seconds / 2, seconds }));
    }
    process.stderr.write(`round ${round} of ${rounds} done\n`);
  }

  holdDelivery('SIGCONT');
  resume = () => {};
  await deliveryCaughtUp();
  for (let round = 1; round <= rounds; round++)
    samples.push({
      ...(await send('Patchbay', { concurrency, seconds })),
      candidate: 'Patchbay',
      figure: 'the most, read on',
      round,
    });

  await deliveryCaughtUp();
  const names = Array.from({ length: subscriptions }, (_, i) => `bench-${i}`);
  await bench.asAdmin(async (admin) => {
    for (const name of names)
      await admin.webhooks.subscriptions.add({
        name,
        source: source.id,
        types: [hookType],
        target: { kind: 'nats', subject_name: name },
        concurrency: 64,
      });
  });
  const { child: listener } = await startModule('hook-listener.ts', [
    facts.nats_url,
    facts.tenant,
    seedFileOf(keys, 'agent', facts.tenant),
    ...names,
  ]);
  bench.children.push(listener);
  for (let round = 1; round <= (subscriptions > 0 ? rounds : 0); round++) {
    const ack = await send('Patchbay', { perSecond: 100, seconds });
    latencies.push({ ack, arrival: await arrivals(ack) });
    const most = await send('Patchbay', { concurrency, seconds });
    const all = await arrivals(most);
    fanOut.push({ arrivedPerSecond: all.arrived / all.seconds, acceptedPerSecond: most.accepted / most.seconds });
    process.stderr.write(`delivery, round ${round} of ${rounds} done\n`);
  }
  /** What waits would be counted with what comes. A process that stood still has lost its connection, and is idle for a moment. */
  async function deliveryCaughtUp(): Promise<void> {
    await untilIdle(pids.Patchbay['webhook-delivery'] as number, { forS: 4, withinS: 600 });
  }
  async function arrivals({ accepted }: HookResult): Promise<ListenResult> {
    return ask<ListenResult>(listener, { expect: accepted * names.length, withinS: 120 });
  }
} finally {
  resume();
  await bench.stop();
}
report();
process.exit();

function report(): void {
  const of = (candidate: Candidate, figure: Figure, pick: (sample: Sample) => number) =>
    median(samples.filter((one) => one.candidate === candidate && one.figure === figure).map(pick));
  const wasMeasured = (candidate: Candidate, figure: Figure) =>
    samples.some((one) => one.candidate === candidate && one.figure === figure);
  const ratioTo = (floor: Candidate) =>
    median(
      Array.from({ length: rounds }, (_, i) => {
        const most = (candidate: Candidate) =>
          samples
            .filter((one) => one.candidate === candidate && one.figure === 'the most' && one.round === i + 1)
            .map(({ accepted, seconds: took }) => accepted / took)[0] as number;
        return most('Patchbay') / most(floor);
      }),
    );
  const ratios = Object.fromEntries(floors.map((floor) => [floor, ratioTo(floor)]));
  print(options, { ratios, samples, fanOut, latencies }, () =>
    [
      table(
        ['', 'at', 'accepted/s', 'p50 ms', 'p99 ms'],
        candidates.flatMap((candidate) =>
          figures
            .filter((figure) => wasMeasured(candidate, figure))
            .map((figure) => [
              candidate,
              figure,
              number(of(candidate, figure, ({ accepted, seconds: took }) => accepted / took)),
              number(
                of(candidate, figure, ({ p50 }) => p50),
                2,
              ),
              number(
                of(candidate, figure, ({ p99 }) => p99),
                2,
              ),
            ]),
        ),
      ),
      '\nProcessor time at the most, seconds for 1,000 webhooks:\n\n',
      table(
        ['', 'process', 'CPU s / 1,000'],
        candidates.flatMap((candidate) => {
          const roles = Object.keys(samples.find((one) => one.candidate === candidate)?.cpuSeconds ?? {});
          return roles.map((role) => [
            candidate,
            role,
            number(
              of(candidate, 'the most', ({ accepted, cpuSeconds: cpu }) => ((cpu[role] ?? 0) * 1_000) / accepted),
              3,
            ),
          ]);
        }),
      ),
      ...floors.map(
        (floor) => `\nThe most, of that of ${floor}: ${number(ratios[floor] as number, 2)} (goal: at least 0.6)\n`,
      ),
      '\n',
      subscriptions > 0 ? deliveryTable() : '',
    ].join(''),
  );
}

function deliveryTable(): string {
  return table(
    ['delivery', 'measured'],
    [
      ['subscriptions of each event', subscriptions],
      ['deliveries/s', number(median(fanOut.map(({ arrivedPerSecond }) => arrivedPerSecond)))],
      ['webhooks accepted/s meanwhile', number(median(fanOut.map(({ acceptedPerSecond }) => acceptedPerSecond)))],
      ['ack p50 ms', number(median(latencies.map(({ ack }) => ack.p50)), 2)],
      ['ack p99 ms', number(median(latencies.map(({ ack }) => ack.p99)), 2)],
      ['from sending to arrival, p50 ms', number(median(latencies.map(({ arrival }) => arrival.p50)), 2)],
      ['from sending to arrival, p99 ms', number(median(latencies.map(({ arrival }) => arrival.p99)), 2)],
    ],
  );
}
