import type { WebhookSubscription } from '@patchbay/contracts';
import { refused } from './find-subscription.ts';

export interface CheckSubscriptionPorts {
  readonly sources: { exists(tenant: string, source: string): Promise<boolean> };
  /** Why no request may ever go to the URL, as far as it can be told without asking anybody; null when one may. */
  readonly refuseUrl: (tenant: string, url: string) => string | null;
}

/** Headers of ours, and those that carry a credential: a record is no place for one, and what we send is signed. */
const reservedHeader =
  /^(?:webhook-.*|content-(?:type|length|encoding)|host|user-agent|traceparent|transfer-encoding|connection)$/i;
const secretHeader = /auth|cookie|token|secret|passw|api-?key|signature/i;

/** @throws PatchbayError `invalid_request` that names what is wrong with a subscription as it is to be. */
export async function checkSubscription(
  { sources, refuseUrl }: CheckSubscriptionPorts,
  {
    tenant,
    source,
    target,
    once,
    order_by,
  }: Pick<WebhookSubscription, 'tenant' | 'source' | 'target' | 'once' | 'order_by'>,
): Promise<void> {
  if (source !== null && !(await sources.exists(tenant, source)))
    throw refused('source', `Tenant '${tenant}' has no webhook source '${source}'.`);
  if (once && order_by !== null) throw refused('order_by', 'A subscription for one delivery has no order.');
  if (target.kind === 'plan' && target.plan.calls.some(({ dry_run }) => dry_run))
    throw refused('target.plan', 'A dry run is no use for an event: nobody reads what it says.');
  if (target.kind !== 'http') return;
  const why = refuseUrl(tenant, target.url);
  if (why !== null) throw refused('target.url', why);
  for (const name of Object.keys(target.headers)) {
    if (reservedHeader.test(name)) throw refused(`target.headers.${name}`, 'This header is ours to write.');
    if (secretHeader.test(name))
      throw refused(
        `target.headers.${name}`,
        'A subscription holds no credential: its target checks the signature of what it gets.',
      );
  }
}
