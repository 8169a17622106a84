import { PatchbayError, type WebhookCallName, type Webhooks } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';

/** How an integration's webhooks are registered, listed and removed. */
export interface VendorWebhooks {
  readonly webhooks: Webhooks;
  /** Of a request that the document has. */
  prepare(name: WebhookCallName): PreparedTool;
  /** Arguments of the request: those the operator gives, and pairs of argument and what of ours it stands for. */
  given(name: WebhookCallName): {
    readonly takes: ReadonlySet<string>;
    /** Those of them that must be given. */
    readonly needs: ReadonlySet<string>;
    readonly fills: readonly (readonly [argument: string, what: string])[];
  };
}

export interface FindWebhookTools {
  /** In the newest version that the tenant sees; null where the integration is not there or says nothing of webhooks. */
  webhooksOf(tenant: string, integration: string): VendorWebhooks | null;
}

/** @throws PatchbayError `invalid_request` where there is nothing to ask of the vendor. */
export function webhooksOf(
  find: FindWebhookTools,
  { tenant, integration }: { readonly tenant: string; readonly integration: string },
): VendorWebhooks {
  const found = find.webhooksOf(tenant, integration);
  if (found !== null) return found;
  throw new PatchbayError('invalid_request', {
    message: `The document of '${integration}' does not say how webhooks are registered at its vendor.`,
    details: { issues: [{ path: 'integration', message: 'has no way to register webhooks' }] },
  });
}
