import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { events, inboxPrefixOf, newId } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { connectMessaging } from '@patchbay/messaging';
import type { LiveTold } from '../live-driver.ts';
import { ask, cpuSeconds, startModule } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';

const usage = `Usage: npm run bench -- live [options]

Many WebSocket clients that follow the executions of one busy tenant, some of which never read: how much reaches the others, how
soon, and what it takes of the gateway. Executions are published as an executor publishes their end; nothing is carried out.

  --clients N     clients, of ten keys (default 1,000)
  --slow-every N  every Nth never reads (default 20)
  --rate N        events a second (default 500)
  --seconds S     seconds (default 30)
  --json          print one JSON object
`;

const options = readOptions(usage, { clients: 1_000, 'slow-every': 20, rate: 500, seconds: 30 });
const keysWanted = Math.ceil(options.clients / 95);

const bench = await startBench();
const samples: { at: number; rssMib: number }[] = [];
let told: LiveTold | null = null;
let [published, cpu, idleMib, openMib] = [0, 0, 0, 0];
try {
  const { facts, keys, services } = bench.patchbay;
  const gateway = services.find(({ service }) => service === 'gateway')?.pid as number;
  const rssMib = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway}/status`, 'utf8'))?.[1]) / 1_024;
  const operator = readFileSync(facts.operator_key, 'utf8').trim();
  const headers = {
    authorization: `Bearer ${operator}`,
    'content-type': 'application/json',
    'patchbay-tenant': 'bench',
  };
  const made: string[] = [];
  for (let i = 0; i < keysWanted; i++) {
    const body = JSON.stringify({ name: `live ${i}`, role: 'owner' });
    const answer = await fetch(`${facts.gateway_url}/v1/keys`, { method: 'POST', headers, body });
    made.push(((await answer.json()) as { secret: string }).secret);
  }
  const executor = await connectMessaging({
    servers: [facts.nats_url],
    seed: readFileSync(seedFileOf(keys, 'executor'), 'utf8').trim(),
    name: 'bench-executor',
    inboxPrefix: inboxPrefixOf('executor'),
  });
  const { child } = await startModule('live-driver.ts', []);
  bench.children.push(child);
  idleMib = rssMib();
  await ask(child, {
    open: { url: facts.gateway_url, keys: made, clients: options.clients, slowEvery: options['slow-every'] },
  });
  openMib = rssMib();
  await ask(child, { tell: true });
  const before = cpuSeconds({ gateway }).gateway as number;
  const began = performance.now();
  let nextSampleMs = 0;
  for (;;) {
    const ms = performance.now() - began;
    if (ms >= options.seconds * 1_000) break;
    for (; published < (ms / 1_000) * options.rate; published++) {
      const execution = newId('execution');
      executor.publishEvent(
        events.executionFinished,
        { tenant: 'bench', execution },
        {
          execution_id: execution,
          session: String(performance.timeOrigin + performance.now()),
          result: {
            execution_id: execution,
            status: 'succeeded',
            error: null,
            replayed: false,
            attempts: 1,
            tool: 'bench_call',
            version: '1.0.0',
            timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 },
          },
        },
      );
    }
    if (ms >= nextSampleMs) {
      samples.push({ at: Math.round(ms / 1_000), rssMib: rssMib() });
      nextSampleMs += 1_000;
    }
    await delay(2);
  }
  await executor.flush();
  await delay(2_000);
  cpu = (cpuSeconds({ gateway }).gateway as number) - before;
  told = await ask<LiveTold>(child, { tell: true });
  await executor.close();
} finally {
  await bench.stop();
}
if (told === null) throw new Error('nothing was told');
const { latencies, ...came } = told;
const sorted = latencies.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const mostMib = Math.max(...samples.map(({ rssMib }) => rssMib));
const lastMib = samples.at(-1)?.rssMib ?? Number.NaN;
const deliveries = (came.events * came.reading) / options.seconds;
const found = {
  published,
  ...came,
  deliveriesPerSecond: deliveries,
  p50: at(0.5),
  p99: at(0.99),
  cpuSeconds: cpu,
  idleMib,
  openMib,
  mostMib,
  lastMib,
};
print(options, { ...found, samples }, () =>
  table(
    ['', ''],
    [
      ['events published', number(published)],
      ['events at a client that reads', number(came.events)],
      ['messages that told them', number(came.messages)],
      ['clients that read, and never read', `${came.reading}, ${came.slow}`],
      ['bytes at each that reads, least and most', `${number(came.leastBytes)}, ${number(came.mostBytes)}`],
      ['sockets closed by the gateway', number(came.closed)],
      ['deliveries a second', number(deliveries)],
      ['from publish to client, p50 and p99 ms', `${number(found.p50, 1)}, ${number(found.p99, 1)}`],
      ['gateway CPU seconds', number(cpu, 1)],
      ['gateway memory MiB: idle, clients open', `${number(idleMib)}, ${number(openMib)}`],
      ['gateway memory MiB: most, at the end', `${number(mostMib)}, ${number(lastMib)}`],
    ],
  ),
);
process.exit();
