import { PatchbayError, type SourceUpstream, type WebhookSource } from '@patchbay/contracts';
import type { VendorWebhooks } from './vendor-port.ts';

/** A source that its vendor was told of. */
export type RegisteredSource = WebhookSource & { readonly upstream: SourceUpstream };

/** Where its webhooks are. */
export function placeOf({ tenant, upstream }: Pick<RegisteredSource, 'tenant' | 'upstream'>) {
  const { integration, connection, arguments: args, url } = upstream;
  return { tenant, integration, connection, arguments: args, url };
}

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
  const place = placeOf({ tenant, upstream });
  const { settings } = upstream;
  const held = [
    ...upstream.replaced,
    ...(upstream.webhook_id === null ? [] : [{ webhook_id: upstream.webhook_id, settings }]),
  ];
  let why: PatchbayError | null = null;
  if (upstream.webhook_id === null) {
    const found = await vendors.find(place).catch((error: unknown) => {
      why = asFailure(error);
      return { webhook_ids: [] };
    });
    for (const webhook_id of found.webhook_ids ?? []) held.push({ webhook_id, settings });
    const cannotList = found.webhook_ids === null;
    if (held.length === 0 && (cannotList || mayStillCome)) why ??= unseen(cannotList);
  }
  const left: string[] = [];
  for (const one of held)
    await vendors.remove({ ...place, ...one }).catch((error: unknown) => {
      left.push(one.webhook_id);
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

export function asFailure(error: unknown): PatchbayError {
  return error instanceof PatchbayError ? error : new PatchbayError('internal', { cause: error });
}
