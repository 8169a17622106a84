import {
  PatchbayError,
  type PinRequest,
  type PinResult,
  platformScope,
  type RollbackRequest,
} from '@patchbay/contracts';
import { type AuditPorts, auditRefusal } from './audited-change.ts';
import type { Caller, Documents } from './ports.ts';

export interface RollBackPorts extends AuditPorts {
  readonly documents: Documents;
  readonly pin: (request: PinRequest, caller: Caller) => Promise<PinResult>;
}

/**
 * Pins the newest version in use that is older than the one served now.
 * @throws PatchbayError `tool_not_found` when nothing is served or there is no older one, and what pinning throws.
 */
export function rollBackIntegration({ documents, pin, ...ports }: RollBackPorts) {
  return async ({ scope, integration }: RollbackRequest, caller: Caller): Promise<PinResult> => {
    const known = documents.integration(scope, integration) ?? documents.integration(platformScope, integration);
    const served = documents.served(scope, integration)?.stored.document.version;
    const versions = (known?.versions ?? []).filter(({ stored }) => !stored.retired);
    const at = versions.findIndex(({ stored }) => stored.document.version === served);
    const older = at > 0 ? versions[at - 1]?.stored.document.version : undefined;
    if (older !== undefined) return pin({ scope, integration, version: older }, caller);
    const error = new PatchbayError('tool_not_found', {
      message:
        served === undefined
          ? `Scope '${scope}' serves no version of integration '${integration}'.`
          : `There is no version of ${integration} in use that is older than ${served}.`,
    });
    await auditRefusal(ports, { scope, id: integration }, caller, error);
    throw error;
  };
}
