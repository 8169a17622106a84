import type { ChangeSubscriptionRequest, SubscriptionResult, WebhookSubscription } from '@patchbay/contracts';
import { type CheckSubscriptionPorts, checkSubscription } from './check-subscription.ts';
import { findSubscription, refused, refuseMissing } from './find-subscription.ts';
import type { KeepSubscriptions, RecordDelivery } from './ports.ts';

export interface ChangeSubscriptionPorts extends CheckSubscriptionPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'read' | 'change'>;
  readonly audit: Pick<RecordDelivery, 'subscription'>;
  readonly prepare: (subscription: WebhookSubscription) => Promise<void>;
  readonly now: () => number;
}

/**
 * Changes what is given. What waits already is delivered as the subscription is by then.
 * @throws PatchbayError `invalid_request`, `audit_unavailable`, `overloaded`.
 */
export function createChangeSubscription(ports: ChangeSubscriptionPorts) {
  return async ({ tenant, subscription: id, ...asked }: ChangeSubscriptionRequest): Promise<SubscriptionResult> => {
    const before = await findSubscription(ports.subscriptions, tenant, id);
    const next = changed(before, asked, ports.now());
    await checkSubscription(ports, next);
    if (next.target.kind !== before.target.kind)
      throw refused('target.kind', `This subscription has a target of kind ${before.target.kind}; add another one.`);
    if (before.order_by !== null && next.order_by === null)
      throw refused('order_by', 'What keeps an order goes on doing so; add another subscription without one.');
    await ports.audit.subscription(before, 'changed', 'admin', { fields: Object.keys(asked).sort().join(' ') });
    await ports.prepare(next);
    const subscription = await ports.subscriptions.change(tenant, id, (latest) => changed(latest, asked, ports.now()));
    return { subscription: subscription ?? refuseMissing(tenant, 'subscription', id) };
  };
}

type Asked = Omit<ChangeSubscriptionRequest, 'tenant' | 'subscription'>;

function changed(before: WebhookSubscription, asked: Asked, now: number): WebhookSubscription {
  const given = Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== undefined),
  ) as Partial<WebhookSubscription>;
  return { ...before, ...given, updated_at: new Date(now).toISOString() };
}
