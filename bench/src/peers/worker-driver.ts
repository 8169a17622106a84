import { connect } from '@nats-io/transport-node';
import { serveDriver } from '../closed-loop.ts';
import { requestArguments } from '../work.ts';

/** Calls the hand-written worker, each call with a key of its own: `<nats>`. */
const nats = await connect({ servers: process.argv[2] ?? '', noAsyncTraces: true });
let sequence = 0;
serveDriver(async () => {
  const key = `${process.pid}-${sequence++}`;
  const message = JSON.stringify({ key, arguments: requestArguments });
  const { output, error } = (await nats.request('worker.execute', message, { timeout: 10_000 })).json<{
    output?: unknown;
    error?: string;
  }>();
  if (error !== undefined) throw new Error(error);
  return output;
});
