import { connect, type Msg } from '@nats-io/transport-node';
import { Pool } from 'undici';
import { readLines } from './stream-work.ts';
import { upstreamHeaders } from './work.ts';

/** The floor of our shape: a NATS request, a credential, one undici call, the reply. No checks, limits, retry or audit. */
const [url = '', upstream = ''] = process.argv.slice(2);
const nats = await connect({ servers: url, noAsyncTraces: true });
const pool = new Pool(upstream, { connections: 128, pipelining: 1 });

nats.subscribe('bare.execute', {
  queue: 'workers',
  callback: (error, message) => {
    if (error) throw error;
    void answer(message);
  },
});

async function answer(message: Msg): Promise<void> {
  const request = JSON.parse(message.string()) as { arguments: unknown };
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/api/lookup',
    headers: upstreamHeaders,
    body: JSON.stringify(request.arguments),
  });
  message.respond(JSON.stringify({ status: statusCode, output: await body.json() }));
}

nats.subscribe('bare.stream', {
  queue: 'workers',
  callback: (error, message) => {
    if (error) throw error;
    void stream(message);
  },
});

/** A message a line, and an empty one at the end. */
async function stream(message: Msg): Promise<void> {
  const { body } = await pool.request({
    method: 'POST',
    path: '/api/rows',
    headers: upstreamHeaders,
    body: message.data,
  });
  for await (const line of readLines(body)) message.respond(JSON.stringify(JSON.parse(line)));
  message.respond();
}
await nats.flush();
process.send?.({ ready: true });
