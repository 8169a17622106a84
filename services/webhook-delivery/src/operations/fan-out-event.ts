import type { StoredDelivery, WebhookEvent, WebhookSubscription } from '@patchbay/contracts';
import { type EventView, viewOf } from '../domain/event-view.ts';
import { orderKey } from '../domain/fill-template.ts';
import { laneOf } from '../domain/lane.ts';
import { isAbout, takesEvents } from '../domain/match-subscription.ts';
import { deliveryId } from './delivery-id.ts';
import type { KeepSubscriptions, QueueDelivery, StoredEvent } from './ports.ts';

export interface FanOutPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'ofTenant'>;
  readonly queue: Pick<QueueDelivery, 'add'>;
  readonly now: () => number;
}

/** Milliseconds by which clocks may differ: an event counts as younger than a subscription that was added after it was stored. */
const clockSkewMs = 60_000;

/** Begins deliveries of an event, and settles when the stream has all of them: how many. Done again, it begins none anew. */
export interface FanOutEvent {
  /** For each subscription without an order that it is about. */
  readonly together: (stored: StoredEvent) => Promise<number>;
  /** For one that keeps an order, if it is about it. To be called in the order of events. */
  readonly inOrder: (stored: StoredEvent, subscription: string) => Promise<number>;
}

export function createFanOutEvent({ subscriptions, queue, now }: FanOutPorts): FanOutEvent {
  return {
    together: (stored) => fanOut(stored, ({ order_by }) => order_by === null),
    inOrder: (stored, subscription) => fanOut(stored, ({ id, order_by }) => id === subscription && order_by !== null),
  };

  async function fanOut(
    { event, payload, sequence }: StoredEvent,
    isAsked: (subscription: WebhookSubscription) => boolean,
  ): Promise<number> {
    const candidates = subscriptions
      .ofTenant(event.tenant)
      .filter((one) => isAsked(one) && takesEvents(one, now()) && isYounger(event, one));
    if (candidates.length === 0) return 0;
    const view = viewOf(event, payload);
    const about = candidates.filter((one) => isAbout(one, view));
    await Promise.all(about.map((subscription) => begin(queue, subscription, view, sequence, '')));
    return about.length;
  }
}

/** What lay in the stream for long before there was a subscription is not its business, however late it is looked at. */
function isYounger(event: WebhookEvent, { created_at }: WebhookSubscription): boolean {
  return Date.parse(event.received_at) >= Date.parse(created_at) - clockSkewMs;
}

/** `again` tells a replay from the first delivery; `replayOf` is the delivery it is made in the place of. */
export async function begin(
  queue: Pick<QueueDelivery, 'add'>,
  subscription: Pick<WebhookSubscription, 'tenant' | 'id' | 'order_by'>,
  view: EventView,
  sequence: number,
  again: string,
  replayOf: string | null = null,
): Promise<void> {
  const { tenant, id, order_by } = subscription;
  const delivery = deliveryId(view.event.id, id, again);
  const { id: event, source, type: event_type } = view.event;
  const stored: StoredDelivery = { delivery, event, source, event_type, sequence, replay_of: replayOf };
  const lane = laneOf(order_by === null ? null : orderKey(order_by, view));
  await queue.add({ tenant, subscription: id, lane }, stored, `${tenant}.${delivery}`);
}
