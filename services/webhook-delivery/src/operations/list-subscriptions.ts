import type {
  ListSubscriptionsRequest,
  ListSubscriptionsResult,
  SubscriptionName,
  SubscriptionResult,
} from '@patchbay/contracts';
import { findSubscription } from './find-subscription.ts';
import type { KeepSubscriptions } from './ports.ts';

interface Ports {
  readonly subscriptions: Pick<KeepSubscriptions, 'ofTenant' | 'read'>;
}

/** Subscriptions of a tenant, oldest first. With a source: those that its events may go to. */
export function createListSubscriptions({ subscriptions }: Ports) {
  return async ({ tenant, source }: ListSubscriptionsRequest): Promise<ListSubscriptionsResult> => ({
    subscriptions: subscriptions
      .ofTenant(tenant)
      .filter((one) => source === undefined || one.source === null || one.source === source)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  });
}

/** @throws PatchbayError `invalid_request` when there is none, `overloaded`. */
export function createShowSubscription({ subscriptions }: Ports) {
  return async ({ tenant, subscription }: SubscriptionName): Promise<SubscriptionResult> => ({
    subscription: await findSubscription(subscriptions, tenant, subscription),
  });
}
