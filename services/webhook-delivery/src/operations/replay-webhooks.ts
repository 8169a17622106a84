import type { ReplayWebhooksRequest, ReplayWebhooksResult, WebhookSubscription } from '@patchbay/contracts';
import { viewOf } from '../domain/event-view.ts';
import { isAbout, takesEvents } from '../domain/match-subscription.ts';
import { isPicked } from '../domain/pick-events.ts';
import { deliveryId } from './delivery-id.ts';
import { begin } from './fan-out-event.ts';
import { findSubscription, refused } from './find-subscription.ts';
import { holdsText } from './list-webhook-events.ts';
import type { KeepSubscriptions, QueueDelivery, ReadEvents, RecordDelivery, StoredEvent } from './ports.ts';

export interface ReplayPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'ofTenant' | 'read'>;
  readonly events: Pick<ReadEvents, 'newestFirst'>;
  readonly queue: Pick<QueueDelivery, 'add'>;
  readonly audit: Pick<RecordDelivery, 'batch'>;
  readonly now: () => number;
  /** Tells one replay from every other. */
  readonly newReplayId: () => string;
}

/**
 * Delivers events again, byte for byte as they were stored, oldest first. Targets see the same `webhook-id` as before, and tools
 * the same idempotency key: what had its effect has it once. A dry run only counts.
 * @throws PatchbayError `invalid_request`, `audit_unavailable`, `overloaded`: then some may have begun.
 */
export function createReplayWebhooks(ports: ReplayPorts) {
  return async (request: ReplayWebhooksRequest): Promise<ReplayWebhooksResult> => {
    const { tenant, subscription: only, dry_run, limit, ...filter } = request;
    const one = only === undefined ? null : await takingSubscription(ports, tenant, only);
    const { picked, more } = await pickEvents(ports, tenant, filter, limit);
    // What was read newest first is delivered as it came.
    const work = picked.toReversed().flatMap((stored) => {
      const view = viewOf(stored.event, stored.payload);
      const about =
        one === null
          ? ports.subscriptions.ofTenant(tenant).filter((each) => takesEvents(each, ports.now()) && isAbout(each, view))
          : [one];
      return about.map((subscription) => ({ subscription, view, sequence: stored.sequence }));
    });
    const result = { dry_run, events: picked.length, deliveries: work.length, more };
    if (dry_run || work.length === 0) return result;
    await ports.audit.batch(tenant, 'replayed', {
      events: picked.length,
      deliveries: work.length,
      subscription: only ?? 'all',
    });
    const again = ports.newReplayId();
    await inTurn(work, ({ subscription, view, sequence }) =>
      begin(ports.queue, subscription, view, sequence, again, deliveryId(view.event.id, subscription.id)),
    );
    return result;
  };
}

/** Pieces of work begun before the first of them has to be done: the stream takes them in the order they are sent. */
export const abreast = 64;

/** Does work in order, some of it at the same time. */
export async function inTurn<Work>(work: readonly Work[], act: (piece: Work) => Promise<void>): Promise<void> {
  for (let from = 0; from < work.length; from += abreast)
    await Promise.all(work.slice(from, from + abreast).map((piece) => act(piece)));
}

async function takingSubscription(
  { subscriptions, now }: ReplayPorts,
  tenant: string,
  id: string,
): Promise<WebhookSubscription> {
  const found = await findSubscription(subscriptions, tenant, id);
  if (!takesEvents(found, now()))
    throw refused('subscription', 'This subscription is disabled, or its time is over. Resume it first.');
  return found;
}

async function pickEvents(
  { events }: ReplayPorts,
  tenant: string,
  { text, ...plain }: Pick<ReplayWebhooksRequest, 'source' | 'types' | 'events' | 'from' | 'to' | 'text'>,
  limit: number,
): Promise<{ picked: StoredEvent[]; more: boolean }> {
  const picked: StoredEvent[] = [];
  // Filters of subscriptions look into the payload.
  for await (const page of events.newestFirst(tenant, plain, { before: null, payloads: true })) {
    for (const stored of page) {
      if (!isPicked(plain, stored.event) || !holdsText(stored, text)) continue;
      if (picked.length === limit) return { picked, more: true };
      picked.push(stored);
    }
  }
  return { picked, more: false };
}
