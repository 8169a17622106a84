import { toolNamesOf } from '@patchbay/catalog';
import { PatchbayError, type RetireRequest, type RetireResult, type StoredIntegration } from '@patchbay/contracts';
import type { EntryAddress } from '@patchbay/registry-copy';
import { unknownIntegration } from '../domain/refusals.ts';
import { type AuditPorts, auditedChange, auditRefusal } from './audited-change.ts';
import type { Announce, Caller, DocumentStore, Documents } from './ports.ts';
import { servedIn } from './served-in.ts';

export interface RetirePorts extends AuditPorts {
  readonly documents: Documents;
  readonly store: DocumentStore;
  readonly announce: Announce;
}

const maxTries = 5;

/**
 * Withdraws one version, or every version known when `version` is left out. What was retired already stays so and is not
 * named in the answer.
 * @throws PatchbayError `tool_not_found`, `audit_unavailable`, `overloaded`, `outcome_unknown`.
 */
export function retireIntegration(ports: RetirePorts) {
  return async ({ scope, integration, version }: RetireRequest, caller: Caller): Promise<RetireResult> => {
    // 1. Which versions. Oldest first, so that no older one becomes the latest on the way.
    const known =
      ports.documents.integration(scope, integration)?.versions.map(({ stored }) => stored.document.version) ?? [];
    const asked = version === undefined ? known : [version];
    if (asked.length === 0) return refuse({});

    // 2. Retire each that is not.
    const retired: string[] = [];
    for (const each of asked) {
      const address = { scope, integration, version: each };
      const present = await ports.store.read(address);
      if (present === null) {
        if (version === undefined) continue; // deleted since
        return refuse(address);
      }
      if (!present.stored.retired && (await retire(address, present.stored, caller))) retired.push(each);
    }
    return {
      integration,
      retired,
      latest: servedIn(ports.documents, scope, integration),
    };

    async function refuse(target: { version?: string }): Promise<never> {
      const error = unknownIntegration(scope, integration, target.version);
      await auditRefusal(ports, { scope, id: integration, version: target.version }, caller, error);
      throw error;
    }
  };

  function retire(address: EntryAddress, { digest, document }: StoredIntegration, caller: Caller): Promise<boolean> {
    const change = {
      type: 'dev.patchbay.registry.retired' as const,
      scope: address.scope,
      id: address.integration,
      version: address.version,
      facts: { digest },
    };
    return auditedChange(ports, change, caller, async () => {
      const changed = await markRetired(ports.store, address);
      if (changed) ports.announce({ ...address, change: 'retired', tools: toolNamesOf(document) });
      return { result: changed, facts: { changed } };
    });
  }
}

/** False when another was first. */
async function markRetired(store: DocumentStore, address: EntryAddress): Promise<boolean> {
  for (let tries = 0; tries < maxTries; tries++) {
    const present = await store.read(address);
    if (present === null || present.stored.retired) return false;
    if (await store.replace({ ...present.stored, retired: true }, present.revision)) return true;
  }
  throw new PatchbayError('overloaded', {
    message: `${address.integration} ${address.version} is being changed by others; try again.`,
  });
}
