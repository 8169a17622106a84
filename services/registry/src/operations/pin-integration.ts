import { PatchbayError, type PinRequest, type PinResult, platformScope, type StoredChoice } from '@patchbay/contracts';
import { unknownIntegration } from '../domain/refusals.ts';
import { type AuditPorts, auditedChange, auditRefusal } from './audited-change.ts';
import { changeEntry } from './change-entry.ts';
import type { Announce, Caller, ChoiceStore, Documents } from './ports.ts';
import { servedIn } from './served-in.ts';

export interface ChoicePorts extends AuditPorts {
  readonly documents: Documents;
  readonly choices: ChoiceStore;
  readonly announce: Announce;
  readonly now: () => Date;
}

/**
 * Makes calls of a scope that name no version mean this one, until it is unpinned. A tenant's pin concerns its own document
 * of that id, else the platform's.
 * @throws PatchbayError `tool_not_found` for a version that is not in use, `audit_unavailable`, `overloaded`, `outcome_unknown`.
 */
export function pinIntegration(ports: ChoicePorts) {
  return async ({ scope, integration, version }: PinRequest, caller: Caller): Promise<PinResult> => {
    const { documents } = ports;
    const known = documents.integration(scope, integration) ?? documents.integration(platformScope, integration);
    const target = { scope, id: integration, ...(version !== null && { version }) };
    const found = version === null ? known?.versions[0] : known?.find(version);
    // A pin can be taken back, also of an integration that went.
    const takesBack = version === null && documents.choice(scope, integration)?.pin !== undefined;
    if (!takesBack && (!found || (version !== null && found.stored.retired))) {
      const error = found
        ? new PatchbayError('tool_not_found', {
            message: `${integration} ${version} is retired: publish it again first.`,
          })
        : unknownIntegration(scope, integration, version ?? undefined);
      await auditRefusal(ports, target, caller, error);
      throw error;
    }
    const servedBefore = servedIn(documents, scope, integration);
    return auditedChange(
      ports,
      { type: 'dev.patchbay.registry.pinned', ...target, facts: { pin: version, served_before: servedBefore } },
      caller,
      async () => {
        const { changed } = await changeEntry(ports.choices, { scope, integration }, integration, (present) =>
          (present?.pin ?? null) === version
            ? null
            : choiceWith(present, ports.now(), { scope, integration, pin: version }),
        );
        if (changed)
          ports.announce({ scope, integration, version, change: 'chosen', tools: [...(known?.names ?? [])] });
        const served = servedIn(documents, scope, integration);
        return {
          result: { scope, integration, pin: version, served_before: servedBefore, served },
          facts: { changed, served },
        };
      },
    );
  };
}

/** What a scope says, with a further word; null takes one back. */
export function choiceWith(
  present: StoredChoice | null,
  now: Date,
  {
    scope,
    integration,
    ...words
  }: { scope: string; integration: string | null; pin?: string | null; installed?: boolean | null },
): StoredChoice {
  const said = Object.entries({ pin: present?.pin, installed: present?.installed, ...words });
  return {
    scope,
    integration,
    ...Object.fromEntries(said.filter(([, word]) => word !== undefined && word !== null)),
    changed_at: now.toISOString(),
  };
}
