import {
  type AwaitWebhookRequest,
  buildSubject,
  DeliveredEvent,
  encodeWebhookEvent,
  events,
  newId,
  routes,
  type WebhookEvent,
  webhookEventHeader,
  webhookSubject,
} from '@patchbay/contracts';
import { endpoint, type Messaging, type ServedEndpoints } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { serveAs } from '../fake-services.test-support.ts';
import { type Agent, type ArrivedWebhook, agentOver } from '../index.ts';
import { dlv, src, sub, webhook } from './webhook-records.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let agent: Agent;
let open: ServedEndpoints[] = [];
/** Every request that a service's place was asked, with its subject's end. */
let asked: [string, unknown][] = [];

beforeAll(async () => {
  agent = agentOver(await servers().connect('agent', 'acme'), 'acme');
});
beforeEach(() => {
  asked = [];
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.stop()));
  open = [];
});

describe('an agent', () => {
  let ingress: Messaging;
  let delivery: Messaging;
  beforeAll(async () => {
    ingress = await servers().connect('webhook-ingress');
    delivery = await servers().connect('webhook-delivery');
  });

  const arrive = (event: WebhookEvent, payload: string) =>
    ingress.publishDurable(
      buildSubject(webhookSubject, { tenant: 'acme', source: event.source, event_type: 'invoice_paid' }),
      payload,
      { headers: { [webhookEventHeader]: encodeWebhookEvent(event) } },
    );
  const delivered = (subscriptionId: string): DeliveredEvent => ({
    delivery: dlv,
    subscription: subscriptionId,
    event: DeliveredEvent.shape.event.parse(webhook()),
    body: { id: 1 },
    body_base64: null,
  });

  test('hears webhooks as they come, of one source or of all, until it stops', async () => {
    const all: ArrivedWebhook[] = [];
    const some: ArrivedWebhook[] = [];
    const other = newId('webhookSource');
    const stop = agent.onWebhook({ onWebhook: (one) => all.push(one) });
    agent.onWebhook({ source: other, onWebhook: (one) => some.push(one) });
    await agent.execute('flushes_the_subscription', {}, { deadlineMs: 1 });
    await arrive(webhook(), ' {"a":1}\n');
    await ingress.publishDurable(`webhooks.v1.acme.${src}.x`, 'without its header');
    await arrive(webhook({ source: other }), 'second');
    await vi.waitFor(() => expect(all).toHaveLength(2));
    expect(all[0]?.event).toEqual(webhook());
    expect(Buffer.from(all[0]?.payload as Uint8Array).toString()).toBe(' {"a":1}\n');
    await vi.waitFor(() => expect(some.map(({ event }) => event.source)).toEqual([other]));
    stop();
    await arrive(webhook({ source: other }), 'third');
    await vi.waitFor(() => expect(some).toHaveLength(2));
    expect(all).toHaveLength(2);
  });

  test('hears what subscriptions deliver under a name', async () => {
    const heard: DeliveredEvent[] = [];
    const stop = agent.onDelivered((one) => heard.push(one), 'orders');
    await agent.execute('flushes_the_subscription', {}, { deadlineMs: 1 });
    delivery.publishEvent(events.webhookDelivered, { tenant: 'acme', name: 'others' }, delivered(sub));
    delivery.publishEvent(events.webhookDelivered, { tenant: 'acme', name: 'orders' }, delivered(sub));
    await vi.waitFor(() => expect(heard).toEqual([delivered(sub)]));
    stop();
  });

  async function serveAwait(then: (request: AwaitWebhookRequest) => void): Promise<void> {
    open.push(
      await serveAs(
        servers(),
        'webhook-delivery',
        endpoint('await-webhook', routes.awaitWebhook, async (request) => {
          asked.push(['await', request]);
          then(request);
          return {
            subscription: sub,
            subject: `events.v1.acme.session.${request.session}.webhook`,
            expires_at: '2026-11-29T13:00:00.000Z',
          };
        }),
      ),
    );
  }
  const tell = (id: string) =>
    delivery.publishEvent(events.sessionWebhook, { tenant: 'acme', session: 'call-7' }, delivered(id));

  test('waits for a webhook in a session, also one that is here before the answer', async () => {
    await serveAwait(() => tell(sub));
    const waiting = await agent.awaitWebhook({ session: 'call-7', types: ['report.done'] });
    expect(waiting).toMatchObject({ subscription: sub, expiresAt: '2026-11-29T13:00:00.000Z' });
    expect(await waiting.event).toEqual(delivered(sub));
    expect(asked).toEqual([['await', { session: 'call-7', types: ['report.done'], timeout_ms: 600_000 }]]);
  });

  test('takes its own webhook alone', async () => {
    await serveAwait(() => {});
    const waiting = await agent.awaitWebhook({ session: 'call-7', timeoutMs: 60_000 });
    tell(newId('subscription'));
    tell(sub);
    expect((await waiting.event)?.subscription).toBe(sub);
  });

  test('is told when nothing came, or when it stops waiting', async () => {
    await serveAwait(() => {});
    const short = await agent.awaitWebhook({ session: 'call-7', timeoutMs: 1 });
    expect(await short.event).toBeNull();
    const given = await agent.awaitWebhook({ session: 'call-7' });
    given.stop();
    expect(await given.event).toBeNull();
  });

  test('learns that nobody could begin to wait', async () => {
    await expect(agent.awaitWebhook({ session: 'no token!' })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(agent.awaitWebhook({ session: 'call-7' })).rejects.toMatchObject({ code: expect.any(String) });
  });
});
