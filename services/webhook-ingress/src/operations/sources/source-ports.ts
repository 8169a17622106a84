import type { AuditData, WebhookSource, WebhookSourceView } from '@patchbay/contracts';
import { hookPath, PatchbayError } from '@patchbay/contracts';
import type { WebhookScheme } from '@patchbay/webhook-schemes';
import type { KeepSecrets, RecordAudit, Report, StoreSources, VersionedSource } from '../ports.ts';
import type { VendorWebhooks } from '../upstream/vendor-port.ts';

export interface SourcePorts {
  readonly sources: StoreSources;
  readonly schemes: ReadonlyMap<string, WebhookScheme>;
  readonly secrets: KeepSecrets;
  readonly vendors: VendorWebhooks;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  /** Where vendors reach us, without a path; null: nobody said. */
  readonly publicUrl: string | null;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** What an operation knows of the request besides its body. */
export interface Caller {
  /** Default: the operator. */
  readonly actor?: AuditData['actor'];
  /** W3C trace id, or null. */
  readonly traceId: string | null;
}

/** The source as the operator sees it. */
export function viewOf({ publicUrl }: Pick<SourcePorts, 'publicUrl'>, source: WebhookSource): WebhookSourceView {
  const base = source.public_url ?? publicUrl;
  return { ...source, url: base === null ? null : `${base}${hookPath(source.id)}` };
}

/** Says the same of a source that never was, and of another tenant's. */
export function sourceGone(id: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `The tenant has no webhook source ${id}.`,
    details: { issues: [{ path: 'source', message: 'is not there' }] },
  });
}

/** Tries that a change of a source makes when others change it at the same time. */
const tries = 5;

/**
 * Changes a source as it stands now; again when another change was first.
 * @throws PatchbayError `invalid_request` when it is gone, `overloaded`, or what `change` throws.
 */
export async function changeNow(
  sources: StoreSources,
  tenant: string,
  id: string,
  change: (found: VersionedSource) => WebhookSource,
): Promise<{ readonly before: WebhookSource; readonly after: WebhookSource }> {
  for (let left = tries; left > 0; left--) {
    const found = await sources.read(tenant, id);
    if (found === null) throw sourceGone(id);
    const after = change(found);
    if (await sources.update(after, found.revision)) return { before: found.source, after };
  }
  throw new PatchbayError('overloaded', { message: 'The source is being changed by others. Try again.' });
}
