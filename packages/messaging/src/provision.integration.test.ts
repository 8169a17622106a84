import { AckPolicy, DeliverPolicy, jetstreamManager } from '@nats-io/jetstream';
import { buckets, durables, newId, streams, webhookConsumer } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rawConnection } from './raw-connection.test-support.ts';
import type { Messaging } from './types.ts';

const { stream, durable } = webhookConsumer;
const plan = {
  streams: Object.values(streams),
  buckets: Object.values(buckets),
  durables,
  replicas: 1,
  storage: 'memory' as const,
};
let servers: TestServers;
let delivery: Messaging;
let provisioner: Messaging;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  delivery = await servers.connect('webhook-delivery');
  provisioner = await servers.connect('provisioner');
});
afterAll(() => servers?.stop());

/** As one that was handed 99 messages, of which the stream has none any more. */
async function setAhead(): Promise<void> {
  const connection = await rawConnection(servers, 'provisioner');
  const { consumers } = await jetstreamManager(connection, { checkAPI: false });
  await consumers.delete(stream, durable);
  await consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: 100,
  });
  await connection.close();
}

test('a durable that is ahead of its stream is made anew under whoever reads by it, and one that is not is left alone', async () => {
  await setAhead();
  const seen: string[] = [];
  const reading = await delivery.work(stream, durable, {
    concurrency: 1,
    onMessage: async ({ payload }) => {
      seen.push(Buffer.from(payload).toString());
      return { done: true };
    },
  });
  const ingress = await servers.connect('webhook-ingress');
  const add = (text: string) => ingress.publishDurable('webhooks.v1.acme.a.x', text, { messageId: newId('event') });
  await add('passed');
  expect(await provisioner.provision(plan)).toEqual([durable]);
  await add('later');
  await vi.waitFor(() => expect(seen).toEqual(['passed', 'later']), { timeout: 10_000 });
  expect(await provisioner.provision(plan)).toEqual([]);
  await reading.stop();
});
