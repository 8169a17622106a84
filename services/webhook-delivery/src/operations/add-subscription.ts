import {
  type AddSubscriptionRequest,
  newId,
  PatchbayError,
  type SubscriptionKeyResult,
  type WebhookSubscription,
} from '@patchbay/contracts';
import { type CheckSubscriptionPorts, checkSubscription } from './check-subscription.ts';
import { refused } from './find-subscription.ts';
import type { KeepSubscriptions, RecordDelivery } from './ports.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AddSubscriptionPorts extends CheckSubscriptionPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'add' | 'ofTenant'>;
  readonly keys: SigningKeys;
  readonly audit: Pick<RecordDelivery, 'subscription'>;
  /** Makes ready what deliveries of the subscription need, so that it takes events once it is added. */
  readonly prepare: (subscription: WebhookSubscription) => Promise<void>;
  readonly now: () => number;
}

/** Subscriptions of one tenant: each has a durable of its own. */
const maxSubscriptions = 1_000;
/** Of these, sessions that wait: agents shall not take the operator's room. */
const maxWaiting = 500;

/**
 * Adds a subscription; events that are stored from then on are delivered. An HTTP target gets a signing key.
 * @throws PatchbayError `invalid_request`, `vault_unavailable`, `audit_unavailable`, `overloaded`.
 */
export function createAddSubscription(ports: AddSubscriptionPorts) {
  return async (request: AddSubscriptionRequest, by: 'admin' | 'agent' = 'admin'): Promise<SubscriptionKeyResult> => {
    const { recipient, ...asked } = request;
    await checkSubscription(ports, asked);
    const present = ports.subscriptions.ofTenant(asked.tenant);
    if (present.length >= maxSubscriptions)
      throw refused('tenant', `A tenant has at most ${maxSubscriptions} subscriptions.`);
    if (by === 'agent' && present.filter(({ target }) => target.kind === 'session').length >= maxWaiting)
      throw new PatchbayError('overloaded', {
        message: `${maxWaiting} sessions of this tenant wait for webhooks; no more may.`,
        retryAfterMs: 10_000,
      });
    const id = newId('subscription');
    const now = new Date(ports.now()).toISOString();
    const key = asked.target.kind === 'http' ? await ports.keys.create(asked.tenant, id, recipient) : null;
    const subscription: WebhookSubscription = {
      ...asked,
      id,
      state: { value: 'active', reason: null, since: now },
      secrets: key === null ? [] : [key.entry],
      created_at: now,
      updated_at: now,
    };
    await ports.audit.subscription(subscription, 'added', by);
    await ports.prepare(subscription);
    await ports.subscriptions.add(subscription);
    return { subscription, sealed_secret: key?.sealed ?? null };
  };
}
