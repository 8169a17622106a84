import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { checkReply, type DriverResult, type DriverTask, percentilesOf, requestArguments } from './work.ts';

/** A load generator over HTTP: `<origin> [<file with a key> <tenant>]`. Every call executes `bench_lookup`. */
const [origin = '', keyFile = '', tenant = ''] = process.argv.slice(2);
const pool = new Pool(origin, { connections: 128, pipelining: 1 });
const headers = {
  'content-type': 'application/json',
  ...(keyFile !== '' && {
    authorization: `Bearer ${readFileSync(keyFile, 'utf8').trim()}`,
    'patchbay-tenant': tenant,
  }),
};
const body = JSON.stringify({ arguments: requestArguments });

async function call(): Promise<void> {
  const answer = await pool.request({ method: 'POST', path: '/v1/tools/bench_lookup/execute', headers, body });
  const { output } = (await answer.body.json()) as { output?: unknown };
  if (answer.statusCode !== 200) throw new Error(`a call was answered with ${answer.statusCode}`);
  checkReply(output);
}

async function run({ concurrency, seconds }: DriverTask): Promise<DriverResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const endAt = started + seconds * 1_000;
  const worker = async () => {
    for (let now = performance.now(); now < endAt; now = performance.now()) {
      await call();
      latencies.push(performance.now() - now);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsed = (performance.now() - started) / 1_000;
  return { calls: latencies.length, failed: 0, seconds: elapsed, ...percentilesOf(latencies) };
}

process.on('message', (task: DriverTask) => {
  run(task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
