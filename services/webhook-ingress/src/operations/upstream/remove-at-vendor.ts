import { PatchbayError, type SourceUpstream, type WebhookSource } from '@patchbay/contracts';
import type { VendorWebhooks } from './vendor-port.ts';

/** A source that its vendor was told of. */
export type RegisteredSource = WebhookSource & { readonly upstream: SourceUpstream };

/** What is left at the vendor, and why. */
export interface LeftAtVendor {
  /** Ids of webhooks that it has, or may have. */
  readonly ids: readonly string[];
  /** Null when nothing is left. */
  readonly why: PatchbayError | null;
}

/**
 * Removes what a source has at its vendor: what is known by its id, and where that is in doubt what goes to its URL. What
 * cannot be looked for counts as left; so does what is not seen while a registration `mayStillCome`.
 */
export async function removeAtVendor(
  vendors: VendorWebhooks,
  { tenant, upstream }: Pick<RegisteredSource, 'tenant' | 'upstream'>,
  { mayStillCome = false }: { readonly mayStillCome?: boolean } = {},
): Promise<LeftAtVendor> {
  const place = {
    tenant,
    integration: upstream.integration,
    connection: upstream.connection,
    arguments: upstream.arguments,
    url: upstream.url,
  };
  const ids = new Set(upstream.webhook_id === null ? [] : [upstream.webhook_id]);
  let why: PatchbayError | null = null;
  if (ids.size === 0) {
    const found = await vendors.find(place).catch((error: unknown) => {
      why = asFailure(error);
      return { webhook_ids: [] };
    });
    for (const id of found.webhook_ids ?? []) ids.add(id);
    const cannotList = found.webhook_ids === null;
    if (ids.size === 0 && (cannotList || mayStillCome)) why ??= unseen(cannotList);
  }
  const left: string[] = [];
  for (const id of ids)
    await vendors.remove({ ...place, webhook_id: id, settings: upstream.settings }).catch((error: unknown) => {
      left.push(id);
      why = asFailure(error);
    });
  return { ids: left, why };
}

function unseen(cannotList: boolean): PatchbayError {
  return new PatchbayError('outcome_unknown', {
    message: cannotList
      ? 'The vendor cannot be asked which webhooks it has.'
      : 'The vendor does not show the webhook, and may still be about to register it.',
  });
}

function asFailure(error: unknown): PatchbayError {
  return error instanceof PatchbayError ? error : new PatchbayError('internal', { cause: error });
}
