import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookSourceView } from '@patchbay/contracts';
import { canary } from '@patchbay/testkit';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, type System, simpleDocument, startSystem } from './system.ts';

interface Taken {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let system: System;
let receiver: Server;
let origin: string;
let source: WebhookSourceView;
const secret = canary();
const taken: Taken[] = [];

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    taken.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  system = await startSystem({
    seedCatalog: false,
    variables: { 'webhook-delivery': { PATCHBAY_EGRESS_TRUSTED_ORIGINS: origin } },
  });
  await publish(system, simpleDocument('desk'));
  source = await system.admin.webhooks.sources.add({ name: 'Payments', scheme: 'stripe', secret });
});
afterAll(async () => {
  receiver?.close();
  await system?.stop();
});

const event = (type: string, number: number) => JSON.stringify({ id: `evt_${randomUUID()}`, type, number });

/** As Stripe sends it. */
function send(body: string): Promise<Response> {
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return fetch(source.url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` },
    body,
  });
}
const accepted = (body: string) =>
  vi.waitFor(async () => expect((await send(body)).status).toBe(200), { timeout: 20_000 });
const booked = async () =>
  (await system.sandbox.effects({ tool: 'desk_book' })).map(({ arguments: { number } }) => number);

test('what a vendor sends, a hundred times at once, calls a tool once', async () => {
  await system.admin.webhooks.subscriptions.add({
    source: source.id,
    types: ['invoice.paid'],
    target: { kind: 'tool', tool: 'desk_book', arguments: { number: '{body.number}', note: 'paid: {event.id}' } },
  });
  const body = event('invoice.paid', 17);
  await accepted(body);
  const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await send(body)).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
  await vi.waitFor(async () => expect(await booked()).toEqual([17]), { timeout: 20_000 });
  await accepted(event('invoice.voided', 18));
  await accepted(event('invoice.paid', 19));
  await vi.waitFor(async () => expect(await booked()).toEqual([17, 19]), { timeout: 20_000 });
});

test('what a vendor sends reaches an HTTP target byte for byte, signed anew, and again when it is replayed', async () => {
  const { subscription, signingKey } = await system.admin.webhooks.subscriptions.add({
    source: source.id,
    types: ['customer.*'],
    filter: { body: 'number', gt: 1 },
    target: { kind: 'http', url: `${origin}/in`, payload: 'raw' },
  });
  system.noteSecret(signingKey as string);
  await accepted(event('customer.created', 1));
  const body = event('customer.created', 2).replace(',', ' ,\t');
  await accepted(body);
  await vi.waitFor(() => expect(taken).toHaveLength(1), { timeout: 20_000 });
  const verify = ({ headers, body: text }: Taken) => new Webhook(signingKey as string).verify(text, headers);
  expect(taken[0]?.body).toBe(body);
  verify(taken[0] as Taken);

  const filter = { source: source.id, types: ['customer.*'], subscription: subscription.id };
  expect(await system.admin.webhooks.replay(filter)).toMatchObject({ dry_run: true, events: 2, deliveries: 2 });
  await system.admin.webhooks.replay({ ...filter, text: '"number":2', dry_run: false });
  await vi.waitFor(() => expect(taken).toHaveLength(2), { timeout: 20_000 });
  expect(taken[1]?.body).toBe(body);
  expect(taken[1]?.headers['webhook-id']).toBe(taken[0]?.headers['webhook-id']);
  verify(taken[1] as Taken);
});

test('a session that waits for a callback hears it', async () => {
  const awaited = await system.agent.awaitWebhook({
    session: 'call-1',
    source: source.id,
    types: ['job.done'],
    filter: { body: 'number', equals: 5 },
    timeoutMs: 60_000,
  });
  await accepted(event('job.done', 4));
  const body = event('job.done', 5);
  await accepted(body);
  expect(await awaited.event).toMatchObject({ event: { type: 'job.done' }, body: JSON.parse(body) });
});

test('deliveries leave their trace in the audit log', async () => {
  await vi.waitFor(async () => {
    const { events } = await system.admin.queryAudit({ class: 'delivery', limit: 200 });
    const types = new Set(
      events.map(({ type, data }) => `${type.slice('dev.patchbay.delivery.'.length)} ${data.outcome}`),
    );
    for (const told of ['subscription_added succeeded', 'attempt succeeded', 'replayed succeeded'])
      expect(types).toContain(told);
  }, 30_000);
});
