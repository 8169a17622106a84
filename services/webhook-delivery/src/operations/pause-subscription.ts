import type { PauseSubscriptionRequest, SubscriptionName, SubscriptionResult } from '@patchbay/contracts';
import { findSubscription, refuseMissing } from './find-subscription.ts';
import type { KeepFailing, KeepSubscriptions } from './ports.ts';
import { type ChangeStatePorts, changeState } from './subscription-state.ts';

export interface PauseSubscriptionPorts extends ChangeStatePorts {
  readonly subscriptions: Pick<KeepSubscriptions, 'read' | 'change'>;
  readonly failing: Pick<KeepFailing, 'clear'>;
}

/** Events wait from then on. @throws PatchbayError `invalid_request` when there is none, `audit_unavailable`, `overloaded`. */
export function createPauseSubscription(ports: PauseSubscriptionPorts) {
  return ({ tenant, subscription, reason }: PauseSubscriptionRequest): Promise<SubscriptionResult> =>
    setState(ports, tenant, subscription, 'paused', reason ?? 'paused by an operator');
}

/** What waited is delivered, in the times it has left. Errors as when pausing. */
export function createResumeSubscription(ports: PauseSubscriptionPorts) {
  return async ({ tenant, subscription }: SubscriptionName): Promise<SubscriptionResult> => {
    await ports.failing.clear(tenant, subscription);
    return setState(ports, tenant, subscription, 'active', null);
  };
}

async function setState(
  ports: PauseSubscriptionPorts,
  tenant: string,
  id: string,
  value: 'active' | 'paused',
  reason: string | null,
): Promise<SubscriptionResult> {
  const before = await findSubscription(ports.subscriptions, tenant, id);
  const after = await changeState(ports, before, value, reason, 'admin');
  return { subscription: after ?? refuseMissing(tenant, 'subscription', id) };
}
