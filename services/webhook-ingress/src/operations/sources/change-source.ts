import type { ChangeSourceRequest, SourceResult } from '@patchbay/contracts';
import { auditedChange } from './audited-change.ts';
import { checkSource } from './check-source.ts';
import { type Caller, changeNow, type SourcePorts, viewOf } from './source-ports.ts';

/** Changes what is named. @throws PatchbayError `invalid_request`, `audit_unavailable`, `overloaded`. */
export function changeSource(ports: SourcePorts) {
  return ({ tenant, source: id, ...changes }: ChangeSourceRequest, caller: Caller): Promise<SourceResult> =>
    auditedChange(ports, { tenant, source: id, type: 'dev.patchbay.webhook.source_changed' }, caller, async () => {
      const named = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      const { after } = await changeNow(ports.sources, tenant, id, ({ source }) => {
        const changed = { ...source, ...named, updated_at: new Date(ports.now()).toISOString() };
        checkSource(ports.schemes, changed);
        return changed;
      });
      return { result: { source: viewOf(ports, after) }, facts: { fields: Object.keys(named).sort().join(' ') } };
    });
}
