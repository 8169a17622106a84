import { newId } from '@patchbay/contracts';
import type { FilteredDurable, StreamMessage, WorkOptions } from '@patchbay/messaging';
import { expect, test } from 'vitest';
import { webhookSubscription } from '../domain/event.fixture.ts';
import { createLaneWorkers } from './lane-workers.ts';

/** A stream of deliveries that tells what was made, removed and worked through. */
function streamed(names: string[] = []) {
  const made: FilteredDurable[] = [];
  const removed: string[] = [];
  const reported: string[] = [];
  const delivered: unknown[] = [];
  let work: WorkOptions | null = null;
  const lanes = createLaneWorkers(
    {
      makeDurable: async (durable) => void made.push(durable),
      removeDurable: async (_, name) => void removed.push(name),
      durableNames: async () => names,
      async work(_stream, _durable, options) {
        work = options;
        return { stop: async () => {} };
      },
    },
    async (message) => {
      delivered.push(message);
      return { done: false, retryAfterMs: 5 };
    },
    (_, message) => void reported.push(message),
  );
  return { lanes, made, removed, reported, delivered, working: () => work as unknown as WorkOptions };
}
const message = (subject: string, payload: string): StreamMessage => ({
  subject,
  payload: Buffer.from(payload),
  sequence: 1,
  deliveries: 3,
  header: () => null,
});

test('a lane with an order, and what is for one delivery, is handed out one at a time', async () => {
  const { lanes, made } = streamed();
  await lanes.prepare(webhookSubscription());
  await lanes.prepare(webhookSubscription({ once: true }));
  await lanes.prepare(webhookSubscription({ order_by: 'x' }));
  expect(made.map(({ maxAckPending }) => maxAckPending)).toEqual([10_000, 1, 10_000, ...Array(8).fill(1)]);
  expect(made.every(({ filter, durable }) => filter.split('.').at(-1) === durable.split('-').at(-1))).toBe(true);
});

test('a message is delivered as what it says, and one that says nothing is passed over', async () => {
  const { lanes, delivered, reported, working } = streamed();
  const subscription = webhookSubscription();
  await lanes.work(subscription, 'any', 4, new AbortController().signal);
  const stored = {
    delivery: newId('delivery'),
    event: newId('event'),
    source: newId('webhookSource'),
    event_type: 'x',
    sequence: 7,
    replay_of: null,
  };
  const subject = `deliveries.v1.acme.${subscription.id}.any`;
  const { onMessage, concurrency } = working();
  expect(concurrency).toBe(4);
  expect(await onMessage(message(subject, JSON.stringify(stored)))).toEqual({ done: false, retryAfterMs: 5 });
  expect(delivered).toEqual([{ tenant: 'acme', subscription: subscription.id, stored, deliveries: 3 }]);
  for (const [where, what] of [
    [subject, 'no json'],
    [subject, '{}'],
    ['elsewhere', JSON.stringify(stored)],
  ] as const)
    expect(await onMessage(message(where, what))).toEqual({ done: true });
  expect(delivered).toHaveLength(1);
  expect(reported).toHaveLength(3);
});

test('a durable that somebody took away is made again, but not by a process that ends', async () => {
  const { lanes, made, working } = streamed();
  const stopping = new AbortController();
  await lanes.work(webhookSubscription(), 'any', 1, stopping.signal);
  working().onError?.(new Error('no such consumer'));
  expect(made).toHaveLength(1);
  stopping.abort();
  working().onError?.(new Error('no such consumer'));
  expect(made).toHaveLength(1);
});

test('durables of subscriptions that are no more are removed, of young and of known ones not, nor anybody else’s', async () => {
  const old = Date.now() - 3_600_000;
  const [gone, known, young] = [newId('subscription', old), newId('subscription', old), newId('subscription')];
  const { lanes, removed } = streamed([`${gone}-any`, `${gone}-k3`, `${known}-any`, `${young}-any`, 'somebody-else']);
  await lanes.removeStrays((id) => id === known);
  expect(removed).toEqual([`${gone}-any`, `${gone}-k3`]);
});
