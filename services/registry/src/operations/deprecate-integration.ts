import { toolNamesOf } from '@patchbay/catalog';
import type { DeprecateRequest, DeprecateResult, StoredIntegration } from '@patchbay/contracts';
import { unknownIntegration } from '../domain/refusals.ts';
import { type AuditPorts, auditedChange, auditRefusal } from './audited-change.ts';
import { changeEntry } from './change-entry.ts';
import type { Announce, Caller, DocumentStore, Documents } from './ports.ts';

export interface DeprecatePorts extends AuditPorts {
  readonly documents: Documents;
  readonly store: DocumentStore;
  readonly announce: Announce;
  readonly now: () => Date;
}

/**
 * Says of one version, or of every one in use, that it should be used no more, or takes that back. It still answers. A
 * version that is published later is not deprecated.
 * @throws PatchbayError `tool_not_found`, `audit_unavailable`, `overloaded`, `outcome_unknown`.
 */
export function deprecateIntegration(ports: DeprecatePorts) {
  return async (
    { scope, integration, version, deprecation }: DeprecateRequest,
    caller: Caller,
  ): Promise<DeprecateResult> => {
    const known = ports.documents.integration(scope, integration)?.versions ?? [];
    const concerned = known.filter(({ stored }) =>
      version === undefined ? !stored.retired : stored.document.version === version,
    );
    if (concerned.length === 0) {
      const error = unknownIntegration(scope, integration, version);
      await auditRefusal(ports, { scope, id: integration, version }, caller, error);
      throw error;
    }
    for (const { stored } of concerned) await deprecate(stored);
    return { integration, versions: concerned.map(({ stored }) => stored.document.version) };

    function deprecate({ document, digest }: StoredIntegration): Promise<void> {
      const address = { scope, integration, version: document.version };
      const said = deprecation === null ? null : { ...deprecation, since: ports.now().toISOString() };
      return auditedChange(
        ports,
        {
          type: 'dev.patchbay.registry.deprecated',
          scope,
          id: integration,
          version: document.version,
          facts: {
            digest,
            deprecated: said !== null,
            sunset: said?.sunset ?? null,
            replaced_by: said?.replaced_by ?? null,
          },
        },
        caller,
        async () => {
          const { changed } = await changeEntry(
            ports.store,
            address,
            `${integration} ${document.version}`,
            (present) => {
              if (present === null) return null; // it went since
              const { deprecated: _before, ...rest } = present;
              return said === null ? rest : { ...rest, deprecated: said };
            },
          );
          if (changed) ports.announce({ ...address, change: 'chosen', tools: toolNamesOf(document) });
          return { result: undefined, facts: { changed } };
        },
      );
    }
  };
}
