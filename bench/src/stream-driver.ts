import { connect as connectNats, createInbox } from '@nats-io/transport-node';
import { connect } from '@patchbay/sdk';
import { Pool } from 'undici';
import { type LinesAsked, readLines, type StreamCandidate, type StreamResult, type StreamTask } from './stream-work.ts';
import { upstreamHeaders } from './work.ts';

/**
 * One candidate's reader of streams, in a process of its own: `<candidate> <where…>`. Each stream is read to its end and each
 * of its items looked at.
 */
type ReadStream = (asked: LinesAsked, onItem: (item: unknown) => void) => Promise<void>;

const readers: Record<StreamCandidate, (where: readonly string[]) => Promise<ReadStream>> = {
  async direct([upstream = '']) {
    const pool = new Pool(upstream, { connections: 128, pipelining: 1 });
    return async (asked, onItem) => {
      const { body } = await pool.request({
        method: 'POST',
        path: '/api/rows',
        headers: upstreamHeaders,
        body: JSON.stringify(asked),
      });
      for await (const line of readLines(body)) onItem(JSON.parse(line));
    };
  },

  async bare([servers = '']) {
    const nats = await connectNats({ servers, noAsyncTraces: true });
    return async (asked, onItem) => {
      const inbox = createInbox();
      const items = nats.subscribe(inbox);
      nats.publish('bare.stream', JSON.stringify(asked), { reply: inbox });
      for await (const message of items) {
        // The worker's last word is empty.
        if (message.data.length === 0) break;
        onItem(message.json());
      }
    };
  },

  async patchbay([servers = '', tenant = '', credentials = '']) {
    const agent = await connect({ servers, tenant, credentials });
    return async (asked, onItem) => {
      const stream = agent.stream('bench_rows', { ...asked }, { deadlineMs: 100_000 });
      for await (const { data } of stream) onItem(data);
      const { status, error } = await stream.result;
      if (status !== 'succeeded') throw new Error(`a stream ${status}: ${JSON.stringify(error)}`);
    };
  },
};

async function run(read: ReadStream, { streams, lines, bytes }: StreamTask): Promise<StreamResult> {
  const firstMs: number[] = [];
  const started = performance.now();
  const one = async () => {
    const from = performance.now();
    let expected = 1;
    await read({ lines, bytes }, (item) => {
      if (expected === 1) firstMs.push(performance.now() - from);
      if ((item as { n: number }).n !== expected++) throw new Error(`item ${expected - 1} came out of order`);
    });
    if (expected !== lines + 1) throw new Error(`${lines} items were asked for, ${expected - 1} came`);
  };
  await Promise.all(Array.from({ length: streams }, one));
  return { seconds: (performance.now() - started) / 1_000, firstMs };
}

const [candidate = '', ...where] = process.argv.slice(2);
const read = await readers[candidate as StreamCandidate](where);
process.on('message', (task: StreamTask) => {
  run(read, task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
