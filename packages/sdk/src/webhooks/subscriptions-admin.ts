import { routes, type SealedSecret, WebhookSecretValue, type WebhookSubscription } from '@patchbay/contracts';
import { createSealingKeys, type Messaging, type SealingKeys } from '@patchbay/messaging';
import type { z } from 'zod';

type AddRequest = z.input<typeof routes.addSubscription.request>;
type ChangeRequest = z.input<typeof routes.changeSubscription.request>;

export type NewSubscription = Omit<AddRequest, 'tenant' | 'recipient'>;
/** Fields left out stay as they are. The target keeps its kind. */
export type SubscriptionChange = Omit<ChangeRequest, 'tenant' | 'subscription'>;

/** A subscription with the key (`whsec_…`, secret) that its deliveries are signed with. It is told this once. */
export interface KeyedSubscription {
  readonly subscription: WebhookSubscription;
  /** Null where there is none: the target is not HTTP. */
  readonly signingKey: string | null;
}

/** Who gets which webhook events. */
export interface SubscriptionsAdmin {
  add(subscription: NewSubscription): Promise<KeyedSubscription>;
  list(filter?: { readonly source?: string }): Promise<WebhookSubscription[]>;
  /** @throws PatchbayError when there is none. */
  show(subscription: string): Promise<WebhookSubscription>;
  change(subscription: string, change: SubscriptionChange): Promise<WebhookSubscription>;
  /** With its keys and what waits for it. */
  remove(subscription: string): Promise<WebhookSubscription>;
  /** Events wait until `resume`. */
  pause(subscription: string, options?: { readonly reason?: string }): Promise<WebhookSubscription>;
  resume(subscription: string): Promise<WebhookSubscription>;
  /** A new signing key. Both sign for the overlap, in milliseconds: default a day, 0 ends the ones before at once. */
  rotateKey(subscription: string, options?: { readonly overlapMs?: number }): Promise<KeyedSubscription>;
}

export function subscriptionsOver(messaging: Messaging, tenant: string): SubscriptionsAdmin {
  return {
    async add(subscription) {
      const keys = createSealingKeys();
      const made = await messaging.request(
        routes.addSubscription,
        {},
        { tenant, ...subscription, ...(subscription.target.kind === 'http' && { recipient: keys.publicKey }) },
      );
      return { subscription: made.subscription, signingKey: keyIn(made.sealed_secret, keys) };
    },
    list: async (filter = {}) =>
      (await messaging.request(routes.listSubscriptions, {}, { tenant, ...filter })).subscriptions,
    show: async (subscription) =>
      (await messaging.request(routes.showSubscription, {}, { tenant, subscription })).subscription,
    change: async (subscription, change) =>
      (await messaging.request(routes.changeSubscription, {}, { tenant, subscription, ...change })).subscription,
    remove: async (subscription) =>
      (await messaging.request(routes.removeSubscription, {}, { tenant, subscription })).subscription,
    pause: async (subscription, options = {}) =>
      (await messaging.request(routes.pauseSubscription, {}, { tenant, subscription, ...options })).subscription,
    resume: async (subscription) =>
      (await messaging.request(routes.resumeSubscription, {}, { tenant, subscription })).subscription,
    async rotateKey(subscription, { overlapMs } = {}) {
      const keys = createSealingKeys();
      const overlap = overlapMs === undefined ? {} : { overlap_ms: overlapMs };
      const made = await messaging.request(
        routes.rotateSubscriptionKey,
        {},
        { tenant, subscription, recipient: keys.publicKey, ...overlap },
      );
      return { subscription: made.subscription, signingKey: keyIn(made.sealed_secret, keys) };
    },
  };
}

/** @throws Error when it was not sealed to us. */
function keyIn(sealed: SealedSecret | null, keys: SealingKeys): string | null {
  if (sealed === null) return null;
  const opened = keys.open(Buffer.from(sealed.ciphertext, 'base64'), sealed.sender);
  return WebhookSecretValue.parse(JSON.parse(Buffer.from(opened).toString('utf8'))).value;
}
