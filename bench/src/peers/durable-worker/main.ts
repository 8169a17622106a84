import { readFileSync } from 'node:fs';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type Msg } from '@nats-io/transport-node';
import { Pool } from 'undici';
import { CircuitBreaker } from './circuit-breaker.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * The worker that a careful engineer writes by hand for one upstream: `<nats> <upstream> <file with the credential>`. Arguments
 * are checked, calls limited, a failing upstream left alone; an intent is on the stream before anything is sent, once per key,
 * and the outcome follows. One tenant, one credential, one tool: none of it is data, all of it is this file.
 */
const [url = '', upstream = '', credentialFile = ''] = process.argv.slice(2);
const headers = {
  authorization: `Bearer ${readFileSync(credentialFile, 'utf8').trim()}`,
  'content-type': 'application/json',
};
const upstreamMs = 10_000;
const pool = new Pool(upstream, {
  connections: 128,
  pipelining: 1,
  headersTimeout: upstreamMs,
  bodyTimeout: upstreamMs,
});
const nats = await connect({ servers: url, noAsyncTraces: true });
await (await jetstreamManager(nats)).streams.add({
  name: 'CALLS',
  subjects: ['calls.intent', 'calls.outcome'],
  storage: 'file',
  // Two minutes of keys: a call that is made again later is made twice.
  duplicate_window: 120_000_000_000,
});
const stream = jetstream(nats);
// As much as the run can ask for: what is measured is asking.
const bucket = new TokenBucket(160_000, 1_000_000, performance.now());
const breaker = new CircuitBreaker(5, 5_000);

interface Call {
  readonly key: string;
  readonly arguments: Readonly<Record<'customer' | 'date' | 'note', string>>;
}

nats.subscribe('worker.execute', {
  queue: 'workers',
  callback: (error, message) => {
    if (error) throw error;
    void answer(message);
  },
});

async function answer(message: Msg): Promise<void> {
  const respond = (answer: object) => message.respond(JSON.stringify(answer));
  try {
    const call = readCall(message);
    if (call === null) return void respond({ error: 'invalid_request' });
    if (!bucket.take(performance.now())) return void respond({ error: 'rate_limited' });
    if (!breaker.allows(performance.now())) return void respond({ error: 'circuit_open' });
    const intent = JSON.stringify({ ...call, at: Date.now() });
    const { duplicate } = await stream.publish('calls.intent', intent, { msgID: call.key });
    if (duplicate) return void respond({ error: 'duplicate' });
    const outcome = await send(call);
    respond(outcome);
    // The caller does not wait for it. Where it is lost, the intent says that something was sent.
    await stream.publish('calls.outcome', JSON.stringify({ key: call.key, status: outcome.status, at: Date.now() }));
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    respond({ error: 'failed' });
  }
}

function readCall(message: Msg): Call | null {
  const { key, arguments: given } = message.json<Partial<Call>>();
  const texts = [key, given?.customer, given?.date, given?.note];
  return texts.every((text) => typeof text === 'string')
    ? { key: key as string, arguments: given as Call['arguments'] }
    : null;
}

async function send(call: Call): Promise<{ status: number; output?: unknown; error?: string }> {
  try {
    const { statusCode: status, body } = await pool.request({
      method: 'POST',
      path: '/api/lookup',
      headers,
      body: JSON.stringify(call.arguments),
    });
    if (status >= 500) breaker.failed(performance.now());
    else breaker.succeeded();
    if (status === 200) return { status, output: await body.json() };
    await body.dump();
    return { status, error: 'upstream' };
  } catch {
    breaker.failed(performance.now());
    return { status: 0, error: 'outcome_unknown' };
  }
}

await nats.flush();
process.send?.({ ready: true });
