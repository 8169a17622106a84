import { PatchbayError, type SourceName, type SourceResult } from '@patchbay/contracts';
import { auditedChange } from './audited-change.ts';
import { type Caller, type SourcePorts, sourceGone, viewOf } from './source-ports.ts';

/**
 * Ends a source's URL, then destroys its secrets; events stay as long as the stream keeps them.
 * @throws PatchbayError `invalid_request`, `vault_unavailable` (its URL has ended all the same), `audit_unavailable`, `overloaded`.
 */
export function removeSource(ports: SourcePorts) {
  return ({ tenant, source: id }: SourceName, caller: Caller): Promise<SourceResult> =>
    auditedChange(ports, { tenant, source: id, type: 'dev.patchbay.webhook.source_removed' }, caller, async () => {
      const found = await ports.sources.read(tenant, id);
      if (found === null) throw sourceGone(id);
      if (!(await ports.sources.remove(found.source, found.revision)))
        throw new PatchbayError('overloaded', { message: 'The source is being changed by others. Try again.' });
      await ports.secrets.drop(tenant, id);
      return { result: { source: viewOf(ports, found.source) }, facts: { secrets: found.source.secrets.length } };
    });
}
