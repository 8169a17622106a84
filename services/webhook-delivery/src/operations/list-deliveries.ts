import type {
  Delivery,
  ListDeliveriesRequest,
  ListDeliveriesResult,
  ShowDeliveryRequest,
  ShowDeliveryResult,
} from '@patchbay/contracts';
import { attemptsOf } from '../domain/delivery-record.ts';
import { refuseMissing } from './find-subscription.ts';
import { readCursor } from './list-webhook-events.ts';
import type { KeepDeliveries } from './ports.ts';

/** Records that one answer looks at. */
const maxLooked = 20_000;

/**
 * Deliveries of a tenant of which something was tried, the one that changed last first. One that was never tried has no
 * record yet. @throws PatchbayError `invalid_request` (cursor), `overloaded`.
 */
export function createListDeliveries({ deliveries }: { readonly deliveries: Pick<KeepDeliveries, 'newestFirst'> }) {
  return async ({ tenant, limit, cursor, ...filter }: ListDeliveriesRequest): Promise<ListDeliveriesResult> => {
    const found: ListDeliveriesResult['deliveries'] = [];
    let looked = 0;
    let last = 0;
    for await (const page of deliveries.newestFirst(tenant, readCursor(cursor))) {
      for (const { record, revision } of page) {
        if (found.length === limit || looked === maxLooked) return { deliveries: found, next_cursor: String(last) };
        looked++;
        last = revision;
        if (isAsked(filter, record)) found.push({ ...record, attempts: attemptsOf(record) });
      }
    }
    return { deliveries: found, next_cursor: null };
  };
}

function isAsked(
  { subscription, event, state }: Pick<ListDeliveriesRequest, 'subscription' | 'event' | 'state'>,
  record: Delivery,
): boolean {
  return (
    (subscription === undefined || record.subscription === subscription) &&
    (event === undefined || record.event === event) &&
    (state === undefined || record.state === state)
  );
}

/** @throws PatchbayError `invalid_request` when nothing was tried yet, or there is none, `overloaded`. */
export function createShowDelivery({ deliveries }: { readonly deliveries: Pick<KeepDeliveries, 'read'> }) {
  return async ({ tenant, delivery: id }: ShowDeliveryRequest): Promise<ShowDeliveryResult> => ({
    delivery: (await deliveries.read(tenant, id))?.record ?? refuseMissing(tenant, 'delivery', id),
  });
}
