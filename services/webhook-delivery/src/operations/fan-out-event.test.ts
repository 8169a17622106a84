import { newId } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { webhookEvent, webhookSubscription } from '../domain/event.fixture.ts';
import { laneOf } from '../domain/lane.ts';
import { deliveryId } from './delivery-id.ts';
import { fakeStorage } from './fakes.test-support.ts';
import { createFanOutEvent } from './fan-out-event.ts';

const now = () => Date.parse('2026-11-29T12:00:00Z');

test('a delivery is begun for each subscription that the event is about, and none twice', async () => {
  const [about, other, ordered] = [
    webhookSubscription(),
    webhookSubscription({ types: ['x'] }),
    webhookSubscription({ order_by: '{body.key}' }),
  ];
  const storage = fakeStorage([about, other, ordered]);
  const fanOut = createFanOutEvent({ ...storage.ports, now });
  const stored = storage.store(webhookEvent(), '{"key":"k"}');
  for (let time = 0; time < 2; time++) {
    expect(await fanOut.together(stored)).toBe(1);
    expect(await fanOut.inOrder(stored, ordered.id)).toBe(1);
    expect(await fanOut.inOrder(stored, about.id)).toBe(0);
  }
  const { event } = stored;
  expect(storage.queued).toEqual([
    {
      lane: 'any',
      subscription: about.id,
      messageId: `acme.${deliveryId(event.id, about.id)}`,
      stored: {
        delivery: deliveryId(event.id, about.id),
        event: event.id,
        source: event.source,
        event_type: event.type,
        sequence: 1,
        replay_of: null,
      },
    },
    expect.objectContaining({ lane: laneOf('k'), subscription: ordered.id }),
  ]);
});

test('an event without its key keeps no order', async () => {
  const subscription = webhookSubscription({ order_by: '{body.key}' });
  const storage = fakeStorage([subscription]);
  await createFanOutEvent({ ...storage.ports, now }).inOrder(storage.store(), subscription.id);
  expect(storage.queued).toMatchObject([{ lane: 'any' }]);
});

test('what lay in the stream before there was a subscription is not delivered to it, but for what clocks differ by', async () => {
  const storage = fakeStorage([webhookSubscription({ created_at: '2026-11-29T12:00:00.000Z' })]);
  const fanOut = createFanOutEvent({ ...storage.ports, now });
  expect(await fanOut.together(storage.store(webhookEvent({ received_at: '2026-11-29T11:58:59.000Z' })))).toBe(0);
  expect(await fanOut.together(storage.store(webhookEvent({ received_at: '2026-11-29T11:59:30.000Z' })))).toBe(1);
});

test('ids of deliveries are the same whenever they are made, unlike any other’s, and sort by their event', () => {
  const [event, subscription] = [newId('event', 1_000), newId('subscription')];
  const id = deliveryId(event, subscription);
  expect(id).toMatch(/^dlv_[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(deliveryId(event, subscription)).toBe(id);
  expect(new Set([id, deliveryId(event, subscription, 'again'), deliveryId(event, newId('subscription'))]).size).toBe(
    3,
  );
  expect(id < deliveryId(newId('event', 2_000), subscription)).toBe(true);
});
