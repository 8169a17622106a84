import { connect } from '@patchbay/sdk';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { percentilesOf, requestArguments } from '../work.ts';

const usage = `Usage: npm run bench -- plans [options]

What a plan costs beside the same calls on their own, one after another in time and interleaved: twelve independent reads
as twelve requests at once and as one plan; and thirty reads in four levels at an upstream of 50 ms, level by level from the
agent and as one plan.

  --rounds N        rounds (default 200 of twelve, a tenth of that of thirty)
  --json            print one JSON object
`;

const options = readOptions(usage, { rounds: 200 });
const { rounds } = options;
const call = { tool: 'bench_lookup', arguments: requestArguments };

async function timed(work: () => Promise<readonly { status: string }[]>): Promise<number> {
  const from = performance.now();
  const results = await work();
  if (results.some(({ status }) => status !== 'succeeded')) throw new Error('a call did not succeed');
  return performance.now() - from;
}

async function compare(upstreamDelayMs: number, count: number, levels: readonly number[]) {
  const bench = await startBench({ upstreamDelayMs });
  try {
    const { facts } = bench.patchbay;
    const agent = await connect({
      servers: facts.nats_url,
      tenant: facts.tenant,
      credentials: facts.agent_credentials,
    });
    const alone = async () => {
      const results = [];
      for (const size of levels) results.push(...(await agent.executeAll(Array.from({ length: size }, () => call))));
      return results;
    };
    const calls = levels.flatMap((size, level) =>
      Array.from({ length: size }, (_, i) => ({
        id: `l${level}c${i}`,
        ...call,
        // Each call waits for all of the level above.
        dependsOn:
          level === 0 ? [] : Array.from({ length: levels[level - 1] as number }, (_, j) => `l${level - 1}c${j}`),
      })),
    );
    const planned = async () => (await agent.plan({ calls })).results;
    for (let i = 0; i < Math.max(20, count / 4); i++) await timed(i % 2 === 0 ? alone : planned);
    const times = { alone: [] as number[], planned: [] as number[] };
    for (let i = 0; i < count; i++) {
      times.alone.push(await timed(alone));
      times.planned.push(await timed(planned));
    }
    await agent.close();
    const [own, plan] = [percentilesOf(times.alone), percentilesOf(times.planned)];
    return { calls: calls.length, levels: levels.length, upstream_ms: upstreamDelayMs, alone: own, plan };
  } finally {
    await bench.stop();
  }
}

const figures = [await compare(0, rounds, [12]), await compare(50, Math.ceil(rounds / 10), [8, 8, 8, 6])];
const heads = [
  'calls',
  'levels',
  'upstream ms',
  'on their own p50 / p99 ms',
  'plan p50 / p99 ms',
  'plan x',
  'per call more, ms',
];
const pair = ({ p50, p99 }: { p50: number; p99: number }) => `${number(p50, 2)} / ${number(p99, 2)}`;
print(options, { rounds, figures }, () =>
  table(
    heads,
    figures.map(({ calls, levels, upstream_ms, alone, plan }) => [
      calls,
      levels,
      upstream_ms,
      pair(alone),
      pair(plan),
      number(plan.p50 / alone.p50, 2),
      number((plan.p50 - alone.p50) / calls, 3),
    ]),
  ),
);
process.exit();
