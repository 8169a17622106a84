import { Pool } from 'undici';
import { createEgress } from '../src/index.ts';

/** One candidate against one upstream: `driver.ts <undici|egress> <port> <concurrency> <seconds> [signal]`; prints JSON. */
const [candidate, port, concurrency, seconds, withSignal] = process.argv.slice(2);
const origin = `http://127.0.0.1:${port}`;
const body = JSON.stringify({ channel: 'C1', text: 'hello there', blocks: 'y'.repeat(200) });
const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
const expected = JSON.stringify({ ok: true, ts: '1700000000.0001', text: 'x'.repeat(1_060) }).length;
const signal = new AbortController().signal;

function callOf(): () => Promise<number> {
  if (candidate === 'undici') {
    const pool = new Pool(origin, { connections: 100, pipelining: 1 });
    return async () => {
      const response = await pool.request({ path: '/api/chat.postMessage', method: 'POST', headers, body });
      return (await response.body.arrayBuffer()).byteLength;
    };
  }
  const egress = createEgress({ trustedOrigins: [origin] });
  const hosts = ['127.0.0.1'];
  return async () => {
    const outcome = await egress.send({
      tenant: 'ten_bench',
      method: 'POST',
      url: `${origin}/api/chat.postMessage`,
      headers,
      body,
      hosts,
      deadlineAt: performance.now() + 2_500,
      maxResponseBytes: 1_048_576,
      ...(withSignal === 'signal' ? { signal } : {}),
    });
    return outcome.ok ? outcome.response.body.byteLength : -1;
  };
}

const call = callOf();

async function run(forMs: number): Promise<number[]> {
  const latencies: number[] = [];
  const until = performance.now() + forMs;
  const worker = async (): Promise<void> => {
    for (let now = performance.now(); now < until; ) {
      if ((await call()) !== expected) throw new Error('a reply is not what was sent');
      const end = performance.now();
      latencies.push(end - now);
      now = end;
    }
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, worker));
  return latencies;
}

await run(5_000);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const latencies = (await run(Number(seconds) * 1_000)).sort((a, b) => a - b);
const elapsed = performance.now() - startedAt;
const cpu = process.cpuUsage(cpuBefore);
const at = (share: number): number => Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(4));
process.stdout.write(
  `${JSON.stringify({
    candidate,
    perSecond: Math.round((latencies.length / elapsed) * 1_000),
    p50: at(0.5),
    p99: at(0.99),
    cpuPerThousand: Number(((cpu.user + cpu.system) / 1_000 / latencies.length).toFixed(4)),
  })}\n`,
);
process.exit(0);
