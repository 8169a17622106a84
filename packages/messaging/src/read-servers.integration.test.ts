import { readFileSync } from 'node:fs';
import { AckPolicy, DeliverPolicy, jetstreamManager } from '@nats-io/jetstream';
import { seedFileOf } from '@patchbay/local-servers';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawConnection } from './raw-connection.test-support.ts';
import { readServers } from './read-servers.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ redis: false });
});
afterAll(() => servers?.stop());

test('tells of each stream where it ends, and which of its readers are ahead of that', async () => {
  const connection = await rawConnection(servers, 'webhook-delivery');
  const { consumers } = await jetstreamManager(connection, { checkAPI: false });
  const reader = { ack_policy: AckPolicy.Explicit, filter_subject: 'webhooks.v1.acme.a.x' };
  await consumers.add('WEBHOOKS', { ...reader, durable_name: 'in-step', deliver_policy: DeliverPolicy.All });
  // As one that was handed 99 messages, of which the stream has none any more.
  const ahead = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: 100 };
  await consumers.add('WEBHOOKS', {
    ...reader,
    ...ahead,
    durable_name: 'ahead',
    filter_subject: 'webhooks.v1.acme.b.x',
  });
  await connection.close();

  const { streams } = await readServers({
    servers: servers.natsUrls,
    seed: readFileSync(seedFileOf(servers.keys, 'system'), 'utf8'),
    name: 'test',
  });
  const places = streams.map(({ name, last, readersAhead }) => ({ name, last, readersAhead }));
  expect(places).toContainEqual({ name: 'WEBHOOKS', last: 0, readersAhead: [{ name: 'ahead', delivered: 99 }] });
  expect(places).toContainEqual({ name: 'SUBMISSIONS', last: 0, readersAhead: [] });
});
