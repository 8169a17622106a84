import { routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry } from '../src/main.ts';
import { integrationDocument, slackPostMessage } from './documents.ts';
import { type NatsFixture, startNatsFixture } from './nats-fixture.ts';

let nats: NatsFixture;
let admin: Messaging;

beforeAll(async () => {
  nats = await startNatsFixture();
  admin = await nats.connect('admin');
});
afterAll(() => nats?.stop());

/** Every tool, over as many pages as there are. */
async function list() {
  const first = await admin.request(routes.listTools, { tenant: 'acme' }, { limit: 1_000 });
  const tools = [...first.tools];
  for (let cursor = first.next_cursor; cursor !== null; ) {
    const page = await admin.request(routes.listTools, { tenant: 'acme' }, { limit: 1_000, cursor });
    tools.push(...page.tools);
    cursor = page.next_cursor;
  }
  return { tools, total: first.total };
}

test('a registry that starts again answers as before', async () => {
  const first = await startRegistry(nats.registryConfig('registry-1'));
  await admin.request(
    routes.registerIntegration,
    {},
    { document: integrationDocument({ id: 'crm', version: '1.0.0' }) },
  );
  await admin.request(
    routes.registerIntegration,
    {},
    { document: integrationDocument({ id: 'crm', version: '2.0.0' }) },
  );
  await admin.request(routes.retireIntegration, {}, { integration: 'crm', version: '2.0.0' });
  const before = await list();
  await first.stop();

  const second = await startRegistry(nats.registryConfig('registry-1'));
  await expect(list()).resolves.toEqual(before);
  expect(before.tools).toMatchObject([{ name: 'crm_ping', version: '1.0.0' }]);
  await second.stop();
});

test('several registries that start at once with the catalogue register each document once, and the next start none', async () => {
  const shipped = ['slack', 'hubspot', 'stripe', 'twilio', 'google_calendar', 'calendly'];
  const together = await Promise.all(
    ['a', 'b', 'c'].map((name) => startRegistry(nats.registryConfig(`registry-${name}`, shipped))),
  );
  const { tools } = await list();
  expect(new Set(tools.map(({ integration }) => integration))).toEqual(new Set(['crm', ...shipped]));
  await Promise.all(together.map((registry) => registry.stop()));

  const again = await startRegistry(nats.registryConfig('registry-a', shipped));
  await expect(list()).resolves.toMatchObject({ tools });
  const slack = await admin.request(routes.registerIntegration, {}, { document: slackPostMessage });
  expect(slack).toMatchObject({ created: true, tools: ['slack_post_message'] });
  await expect(
    admin.request(routes.describeTools, { tenant: 'acme' }, { tools: ['slack_post_message'] }),
  ).resolves.toMatchObject({ tools: [{ integration: 'slack_post_message' }] });
  await again.stop();
});
