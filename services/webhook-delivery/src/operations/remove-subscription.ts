import type { SubscriptionName, SubscriptionResult, WebhookSubscription } from '@patchbay/contracts';
import { findSubscription } from './find-subscription.ts';
import type { AnnounceSubscription, KeepFailing, KeepSubscriptions, QueueDelivery, RecordDelivery } from './ports.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface TakeAwayPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'remove'>;
  readonly queue: Pick<QueueDelivery, 'purge'>;
  readonly failing: Pick<KeepFailing, 'clear'>;
  readonly keys: Pick<SigningKeys, 'drop'>;
}

/**
 * Takes a subscription away with what waits for it. Its keys go first: what is still there can be removed again, keys of
 * what is gone would never be.
 */
export async function takeAway(ports: TakeAwayPorts, { tenant, id, target }: WebhookSubscription): Promise<boolean> {
  if (target.kind === 'http') await ports.keys.drop(tenant, id);
  const wasThere = await ports.subscriptions.remove(tenant, id);
  await ports.queue.purge(tenant, id);
  await ports.failing.clear(tenant, id);
  return wasThere;
}

export interface RemoveSubscriptionPorts extends TakeAwayPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'read' | 'remove'>;
  readonly audit: Pick<RecordDelivery, 'subscription'>;
  readonly announce: AnnounceSubscription;
}

/** @throws PatchbayError `invalid_request` when there is none, `vault_unavailable`, `audit_unavailable`, `overloaded`. */
export function createRemoveSubscription(ports: RemoveSubscriptionPorts) {
  return async ({ tenant, subscription: id }: SubscriptionName): Promise<SubscriptionResult> => {
    const subscription = await findSubscription(ports.subscriptions, tenant, id);
    await ports.audit.subscription(subscription, 'removed', 'admin');
    await takeAway(ports, subscription);
    return { subscription };
  };
}
