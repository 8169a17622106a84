import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectNats } from '@nats-io/transport-node';
import { connect } from '@patchbay/sdk';
import { Pool } from 'undici';
import {
  type Candidate,
  checkReply,
  type DriverResult,
  type DriverTask,
  percentilesOf,
  requestArguments,
  upstreamHeaders,
} from './work.ts';

/**
 * One candidate's load generator, in a process of its own so that drivers do not share a heap or a compiler. Besides the
 * candidates there is `tool <nats> <tenant> <credentials> <tool> [deadline in ms]`, whose calls may fail.
 */
const [candidate = '', ...where] = process.argv.slice(2);

/** Null: the call failed, where that is tolerated. */
async function callOf(kind: Candidate | 'tool'): Promise<() => Promise<unknown>> {
  const [first = '', tenant = '', credentials = '', tool = '', deadlineMs = '10000'] = where;
  if (kind === 'direct') {
    const pool = new Pool(first, { connections: 128, pipelining: 1 });
    return async () =>
      (
        await pool.request({
          method: 'POST',
          path: '/api/lookup',
          headers: upstreamHeaders,
          body: JSON.stringify(requestArguments),
        })
      ).body.json();
  }
  if (kind === 'bare') {
    const nats = await connectNats({ servers: first, noAsyncTraces: true });
    return async () =>
      (
        (
          await nats.request('bare.execute', JSON.stringify({ arguments: requestArguments }), { timeout: 10_000 })
        ).json() as { output: unknown }
      ).output;
  }
  const agent = await connect({ servers: first, tenant, credentials });
  if (kind === 'tool')
    return async () => (await agent.execute(tool, requestArguments, { deadlineMs: Number(deadlineMs) })).output ?? null;
  let sequence = 0;
  return async () => {
    const result =
      kind === 'read'
        ? await agent.execute('bench_lookup', requestArguments)
        : await agent.execute('bench_book', requestArguments, {
            idempotencyKey: `${process.pid}-${Date.now()}-${sequence++}`,
          });
    if (result.status !== 'succeeded') throw new Error(`execution ${result.status}: ${JSON.stringify(result.error)}`);
    return result.output;
  };
}

async function run(
  call: () => Promise<unknown>,
  { concurrency, seconds, pauseMs = 0 }: DriverTask,
): Promise<DriverResult> {
  const latencies: number[] = [];
  let failed = 0;
  const started = performance.now();
  const endAt = started + seconds * 1_000;
  const worker = async () => {
    for (let now = performance.now(); now < endAt; now = performance.now()) {
      const output = await call();
      if (output === null) failed++;
      else {
        checkReply(output);
        latencies.push(performance.now() - now);
      }
      if (pauseMs > 0) await delay(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsed = (performance.now() - started) / 1_000;
  return { calls: latencies.length, failed, seconds: elapsed, ...percentilesOf(latencies) };
}

const call = await callOf(candidate as Candidate | 'tool');
process.on('message', (task: DriverTask) => {
  run(call, task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
