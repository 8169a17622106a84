import { type InstallRequest, type InstallResult, type PatchbayError, platformScope } from '@patchbay/contracts';
import { unknownIntegration } from '../domain/refusals.ts';
import { auditedChange, auditRefusal } from './audited-change.ts';
import { changeEntry } from './change-entry.ts';
import { type ChoicePorts, choiceWith } from './pin-integration.ts';
import type { Caller } from './ports.ts';

/**
 * Says whether a scope's tenants see an integration, or, with `integration` null, those of the platform that nobody says
 * more of. A tenant's word goes before the platform's. What is not installed is neither listed, found, described nor
 * carried out, from the moment that a process's copy of the registry has it.
 * @throws PatchbayError `tool_not_found`, `audit_unavailable`, `overloaded`, `outcome_unknown`.
 */
export function installIntegration(ports: ChoicePorts) {
  return async ({ scope, integration, installed }: InstallRequest, caller: Caller): Promise<InstallResult> => {
    const { documents } = ports;
    const target = { scope, id: integration ?? '*' };
    const own = integration === null ? null : documents.integration(scope, integration);
    // What was said can be taken back, also of an integration that went.
    const takesBack = installed === null && documents.choice(scope, integration) !== null;
    if (
      integration !== null &&
      !takesBack &&
      own === null &&
      documents.integration(platformScope, integration) === null
    ) {
      const error: PatchbayError = unknownIntegration(scope, integration);
      await auditRefusal(ports, target, caller, error);
      throw error;
    }
    return auditedChange(
      ports,
      { type: 'dev.patchbay.registry.installed', ...target, facts: { installed } },
      caller,
      async () => {
        const address = { scope, integration };
        const { changed } = await changeEntry(ports.choices, address, integration ?? 'the default', (present) =>
          (present?.installed ?? null) === installed
            ? null
            : choiceWith(present, ports.now(), { ...address, installed }),
        );
        const names =
          own?.names ?? (integration === null ? [] : documents.integration(platformScope, integration)?.names);
        if (changed) ports.announce({ scope, integration, version: null, change: 'chosen', tools: [...(names ?? [])] });
        const counts = documents.installed(scope, integration);
        return {
          result: { scope, integration, installed: counts.installed, said_by: counts.saidBy },
          facts: { changed, said_by: counts.saidBy },
        };
      },
    );
  };
}
