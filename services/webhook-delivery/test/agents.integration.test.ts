import { type DeliveredEvent, events, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DeliveryStack, startDeliveryStack } from './delivery-stack.test-support.ts';

let stack: DeliveryStack;
let source: string;
let other: string;
let agent: Messaging;
let names = 0;
beforeAll(async () => {
  stack = await startDeliveryStack();
  await stack.startHere();
  [source, other] = [await stack.addSource(), await stack.addSource()];
  agent = await stack.servers.connect('agent', 'acme');
});
afterAll(() => stack?.stop());

const patient = { timeout: 15_000 };
const newName = () => `name-${++names}`;
const quick = { schedule_ms: [100, 100, 100, 100, 100, 100, 100, 100], jitter: 0 };

/** What an agent hears under a name. */
async function listen(name: string): Promise<DeliveredEvent[]> {
  const heard: DeliveredEvent[] = [];
  agent.subscribeEvent(events.webhookDelivered, { tenant: 'acme', name }, (body) => heard.push(body));
  await agent.flush();
  return heard;
}
const idsOf = (heard: readonly DeliveredEvent[]) => heard.map(({ event }) => event.id);

describe('agents', () => {
  test('hear the events that their subscription is about, once each, and no others', async () => {
    const name = newName();
    const heard = await listen(name);
    await stack.subscribe({
      source,
      types: ['ticket.*'],
      filter: { all: [{ body: 'status', equals: 'open' }, { not: { header: 'x-kind', equals: 'z' } }] },
      target: { kind: 'nats', subject_name: name },
    });
    const open = '{"status":"open"}';
    const right = await stack.store(source, open, { type: 'ticket.created' });
    await stack.store(source, '{"status":"closed"}', { type: 'ticket.created' });
    await stack.store(source, open, { type: 'deal.created' });
    await stack.store(other, open, { type: 'ticket.created' });
    const last = await stack.store(source, open, { type: 'ticket.solved' });
    await vi.waitFor(() => expect(idsOf(heard)).toEqual([right.id, last.id]), patient);
    expect(heard[0]).toMatchObject({ body: { status: 'open' }, event: { source, type: 'ticket.created' } });
  });

  test('of another tenant hear nothing', async () => {
    const rival = await stack.servers.connect('agent', 'rival');
    const heard: unknown[] = [];
    rival.subscribeEvent(events.webhookDelivered, { tenant: 'rival' }, (body) => heard.push(body));
    await rival.flush();
    const name = newName();
    const ours = await listen(name);
    await stack.admin.request(
      routes.addSubscription,
      {},
      { tenant: 'rival', target: { kind: 'nats', subject_name: name } },
    );
    await stack.subscribe({ types: [name], target: { kind: 'nats', subject_name: name } });
    await stack.store(source, '{}', { type: name });
    await vi.waitFor(() => expect(ours).toHaveLength(1), patient);
    await rival.flush();
    expect(heard).toEqual([]);
  });

  test('that listen only later hear it then: an attempt that nobody hears has failed', async () => {
    const name = newName();
    await stack.subscribe({ types: [name], retry: quick, target: { kind: 'nats', subject_name: name } });
    const event = await stack.store(source, '{}', { type: name });
    await vi.waitFor(async () => {
      const { deliveries } = await stack.admin.request(routes.listDeliveries, {}, { tenant: 'acme', event: event.id });
      expect(deliveries[0]).toMatchObject({ state: 'waiting', attempts: expect.any(Number) });
    }, patient);
    const heard = await listen(name);
    await vi.waitFor(() => expect(idsOf(heard)).toEqual([event.id]), patient);
  });

  test('hear of a payload that is too large for a message, and where it lies', async () => {
    const name = newName();
    const heard = await listen(name);
    await stack.subscribe({ types: [name], target: { kind: 'nats', subject_name: name } });
    const event = await stack.store(source, JSON.stringify({ text: 'x'.repeat(1_500_000) }), { type: name });
    await vi.waitFor(() => expect(heard).toMatchObject([{ body: null, body_base64: null }]), patient);
    const shown = await stack.admin.request(
      routes.showWebhookEvent,
      {},
      { tenant: 'acme', event: event.id, offset: 1_499_990 },
    );
    expect(shown.total_bytes).toBe(1_500_011);
    expect(Buffer.from(shown.body, 'base64').toString()).toBe(`${'x'.repeat(19)}"}`);
  });
});

describe('a session', () => {
  const waitFor = (session: string, over = {}) =>
    agent.request(routes.awaitWebhook, { tenant: 'acme' }, { session, source, types: [session], ...over });
  async function hear(session: string) {
    const heard: DeliveredEvent[] = [];
    agent.subscribeEvent(events.sessionWebhook, { tenant: 'acme', session }, (body) => heard.push(body));
    await agent.flush();
    return heard;
  }
  const isGone = (subscription: string) =>
    vi.waitFor(
      () =>
        expect(
          stack.admin.request(routes.showSubscription, {}, { tenant: 'acme', subscription }),
        ).rejects.toMatchObject({ code: 'invalid_request' }),
      patient,
    );

  test('hears the one webhook that it awaits, and the waiting is over', async () => {
    const session = newName();
    const heard = await hear(session);
    const awaited = await waitFor(session, { filter: { body: 'ticket', equals: 7 } });
    expect(awaited.subject).toBe(`events.v1.acme.session.${session}.webhook`);
    await stack.store(source, '{"ticket":6}', { type: session });
    const right = await stack.store(source, '{"ticket":7,"done":true}', { type: session });
    await stack.store(source, '{"ticket":7,"done":false}', { type: session });
    await vi.waitFor(() => expect(heard).toHaveLength(1), patient);
    await isGone(awaited.subscription);
    expect(heard).toMatchObject([{ event: { id: right.id }, body: { done: true } }]);
  });

  test('that waits in vain waits no longer than it said', async () => {
    const awaited = await waitFor(newName(), { timeout_ms: 50 });
    await isGone(awaited.subscription);
  });

  test('cannot await for another tenant', async () => {
    await expect(
      agent.request(routes.awaitWebhook, { tenant: 'rival' }, { session: 'x' }, { timeoutMs: 500 }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/not_permitted|deadline_exceeded/) });
  });
});
