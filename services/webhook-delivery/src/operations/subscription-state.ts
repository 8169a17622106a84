import type { SubscriptionState, WebhookSubscription } from '@patchbay/contracts';
import type { AnnounceSubscription, KeepSubscriptions, RecordDelivery, Report } from './ports.ts';

export interface ChangeStatePorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'change'>;
  readonly announce: AnnounceSubscription;
  readonly audit: Pick<RecordDelivery, 'subscription'>;
  readonly now: () => number;
  readonly report: Report;
}

const notices = { active: 'resumed', paused: 'paused', disabled: 'disabled' } as const;

/**
 * Gives a subscription another state, if `may` says so of what it is by then, and tells everybody: an event for whoever
 * watches, an audit event, a line in the log. Null when it is not there.
 */
export async function changeState(
  ports: ChangeStatePorts,
  { tenant, id }: Pick<WebhookSubscription, 'tenant' | 'id'>,
  value: SubscriptionState['value'],
  reason: string | null,
  by: 'admin' | 'service',
  may: (before: WebhookSubscription) => boolean = () => true,
): Promise<WebhookSubscription | null> {
  let changed = false;
  const after = await ports.subscriptions.change(tenant, id, (before) => {
    changed = before.state.value !== value && may(before);
    if (!changed) return null;
    const now = new Date(ports.now()).toISOString();
    return { ...before, state: { value, reason, since: now }, updated_at: now };
  });
  if (after === null || !changed) return after;
  const what = notices[value];
  ports.announce.changed(after, what);
  ports.report(by === 'service' ? 'warn' : 'info', `a webhook subscription was ${what}`, {
    tenant,
    subscription: id,
    reason,
  });
  const told = ports.audit.subscription(after, what, by, { reason });
  // An operator's change is not answered before its record is safe. Our own happens whether or not it can be told.
  if (by === 'admin') await told;
  else told.catch((error) => ports.report('error', 'an audit event was lost', { err: error }));
  return after;
}
