import {
  PatchbayError,
  type RemoveSourceRequest,
  type RemoveSourceResult,
  type WebhookSource,
} from '@patchbay/contracts';
import { type LeftAtVendor, removeAtVendor } from '../upstream/remove-at-vendor.ts';
import { auditedChange } from './audited-change.ts';
import { type Caller, type SourcePorts, sourceGone, viewOf } from './source-ports.ts';

/**
 * Ends a source's URL, then destroys its secrets; events stay as long as the stream keeps them. What it has at its vendor
 * goes first, and when it does not the source stays, unless that is forced.
 * @throws PatchbayError `invalid_request`, `vault_unavailable` (its URL has ended all the same), `audit_unavailable`, `overloaded`, or why the vendor keeps it.
 */
export function removeSource(ports: SourcePorts) {
  return ({ tenant, source: id, force }: RemoveSourceRequest, caller: Caller): Promise<RemoveSourceResult> =>
    auditedChange(ports, { tenant, source: id, type: 'dev.patchbay.webhook.source_removed' }, caller, async () => {
      const found = await ports.sources.read(tenant, id);
      if (found === null) throw sourceGone(id);
      const left = await leaveVendor(ports, found.source, force);
      if (!(await ports.sources.remove(found.source, found.revision)))
        throw new PatchbayError('overloaded', { message: 'The source is being changed by others. Try again.' });
      await ports.secrets.drop(tenant, id);
      const facts = {
        secrets: found.source.secrets.length,
        ...(left.length > 0 && { left_at_vendor: left.join(' ') }),
      };
      return { result: { source: viewOf(ports, found.source), left_at_vendor: left }, facts };
    });
}

/** Ids of what the vendor may still have. @throws PatchbayError when it may have any, and that is not forced. */
async function leaveVendor(
  { vendors, report }: SourcePorts,
  { id, tenant, upstream }: WebhookSource,
  force: boolean,
): Promise<string[]> {
  if (upstream === undefined) return [];
  const left = await removeAtVendor(vendors, { tenant, upstream });
  if (left.why === null) return [];
  if (!force) throw kept(id, left, left.why);
  report('warn', 'a source is removed that its vendor may still send to', { source: id, webhooks: left.ids });
  return [...left.ids];
}

function kept(id: string, { ids }: LeftAtVendor, { code, body }: PatchbayError): PatchbayError {
  const what = ids.length > 0 ? `webhook ${ids.join(', ')}` : 'a webhook';
  return new PatchbayError(code, {
    message: `${body.message} The vendor may hold ${what}, so source ${id} stays; force removes it all the same.`,
    retryable: body.retryable,
    retryAfterMs: body.retry_after_ms,
    details: { ...body.details, source: id, webhook_ids: ids },
  });
}
