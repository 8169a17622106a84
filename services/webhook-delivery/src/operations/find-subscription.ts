import { PatchbayError, type WebhookSubscription } from '@patchbay/contracts';
import type { KeepSubscriptions } from './ports.ts';

/** @throws PatchbayError `invalid_request` when the tenant has none of that id, `overloaded`. */
export async function findSubscription(
  subscriptions: Pick<KeepSubscriptions, 'read'>,
  tenant: string,
  id: string,
): Promise<WebhookSubscription> {
  return (await subscriptions.read(tenant, id)) ?? refuseMissing(tenant, 'subscription', id);
}

/** @throws PatchbayError `invalid_request`: the tenant has no such thing. */
export function refuseMissing(tenant: string, what: string, id: string): never {
  throw refused(what.replaceAll(' ', '_'), `Tenant '${tenant}' has no ${what} '${id}'.`);
}

/** A request that is well formed and asks for what is not possible. */
export function refused(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', { message, details: { issues: [{ path, message }] } });
}
