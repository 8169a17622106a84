import type { RotateSubscriptionKeyRequest, SubscriptionKeyResult, WebhookSecretEntry } from '@patchbay/contracts';
import { findSubscription, refused, refuseMissing } from './find-subscription.ts';
import type { KeepSubscriptions, RecordDelivery, Report } from './ports.ts';
import { liveKeys, maxLiveKeys, type SigningKeys } from './signing-keys.ts';

export interface RotateKeyPorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'read' | 'change'>;
  readonly keys: SigningKeys;
  readonly audit: Pick<RecordDelivery, 'subscription'>;
  readonly now: () => number;
  readonly report: Report;
}

/**
 * Gives an HTTP target another signing key. Both sign until the overlap is over; older ones end at once and are destroyed.
 * @throws PatchbayError `invalid_request`, `vault_unavailable`, `audit_unavailable`, `overloaded`.
 */
export function createRotateSubscriptionKey(ports: RotateKeyPorts) {
  return async ({
    tenant,
    subscription: id,
    overlap_ms,
    recipient,
  }: RotateSubscriptionKeyRequest): Promise<SubscriptionKeyResult> => {
    const before = await findSubscription(ports.subscriptions, tenant, id);
    if (before.target.kind !== 'http') throw refused('subscription', 'Only deliveries to an HTTP target are signed.');
    await ports.audit.subscription(before, 'key_rotated', 'admin', { overlap_ms });
    // Room first: the vault keeps few secrets of one owner.
    const kept = liveKeys(before.secrets, ports.now()).slice(0, maxLiveKeys - 1);
    for (const { id: secret } of before.secrets)
      if (!kept.some((one) => one.id === secret)) await ports.keys.drop(tenant, id, secret);
    const { entry, sealed } = await ports.keys.create(tenant, id, recipient);
    const endsAt = ports.now() + overlap_ms;
    const ended = (one: WebhookSecretEntry): WebhookSecretEntry =>
      one.expires_at !== null && Date.parse(one.expires_at) <= endsAt
        ? one
        : { ...one, expires_at: new Date(endsAt).toISOString() };
    const subscription = await ports.subscriptions.change(tenant, id, (latest) => ({
      ...latest,
      secrets: [...latest.secrets.filter((one) => kept.some(({ id: live }) => live === one.id)).map(ended), entry],
      updated_at: new Date(ports.now()).toISOString(),
    }));
    return { subscription: subscription ?? refuseMissing(tenant, 'subscription', id), sealed_secret: sealed };
  };
}
