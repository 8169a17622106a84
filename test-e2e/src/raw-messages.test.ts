import { inboxPrefixOf } from '@patchbay/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPlain, type PlainClient } from './plain-nats-client.ts';
import { type System, startSystem } from './system.ts';

let system: System;
const opened: PlainClient[] = [];
beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  for (const client of opened) client.close();
  await system?.stop();
});

/** An agent of tenant acme, with nothing of ours between its bytes and the server. */
async function connectRaw(): Promise<PlainClient> {
  const { facts } = system.patchbay;
  const client = await connectPlain(facts.nats_url, facts.agent_credentials, inboxPrefixOf('agent', 'acme'));
  opened.push(client);
  return client;
}

const post = { tool: 'slack_post_message', arguments: { channel: 'C1', text: 'hello' } };

test.each([
  ['no JSON', '{"tool":'],
  ['no text', '\u0000\u0001'],
  ['nothing', ''],
  ['another shape', '[1, 2, 3]'],
  ['an unknown field', JSON.stringify({ ...post, tennant: 'acme' })],
  ['2 MB', JSON.stringify({ ...post, arguments: { channel: 'C1', text: 'x'.repeat(2_000_000) } })],
])('a message that is %s is refused as invalid_request, and the executor goes on', async (_, payload) => {
  const client = await connectRaw();
  expect(await client.requestRaw('tools.v1.acme.execute', payload)).toMatchObject({
    status: 'refused',
    error: { code: 'invalid_request' },
  });
  expect(await client.request('tools.v1.acme.execute', post)).toMatchObject({ status: 'succeeded' });
});

test('another tenant in the subject is refused by the server, and reaches nobody', async () => {
  await system.sandbox.reset();
  const forger = await connectRaw();
  await expect(forger.request('tools.v1.rival.execute', post)).rejects.toThrow(/permissions violation/i);
  expect(await system.sandbox.requests()).toEqual([]);
  const honest = await connectRaw();
  expect(await honest.request('tools.v1.acme.execute', post)).toMatchObject({ status: 'succeeded' });
});
