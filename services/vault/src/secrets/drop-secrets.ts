import type { DropSecretsRequest, DropSecretsResult, SecretsDropped } from '@patchbay/contracts';
import { type AuditedWorkPorts, auditedWork } from '../operations/audited-change.ts';
import { refuseOthers, secretEntry } from './secret-audit.ts';
import type { ServiceCaller } from './secret-caller.ts';
import { type SecretStore, secretsOf } from './secret-store.ts';

export interface DropSecretsPorts extends AuditedWorkPorts {
  readonly secrets: Pick<SecretStore, 'scan' | 'delete'>;
  /** Tells everybody who may hold copies. Best effort: they end by themselves within a minute. */
  readonly broadcastDropped: (dropped: SecretsDropped) => void;
}

/**
 * Destroys one secret, or all of an owner, readable or not. Repeating it is no error.
 * @throws PatchbayError `not_permitted` (another service's owner), `vault_unavailable`, `audit_unavailable`.
 */
export function dropSecrets(ports: DropSecretsPorts) {
  return async (request: DropSecretsRequest, caller: ServiceCaller): Promise<DropSecretsResult> => {
    const { tenant, owner, secret_id: id } = request;
    refuseOthers(ports, request, caller);
    return auditedWork(
      ports,
      (data) => secretEntry(request, caller, 'dropped', data),
      async () => {
        const rows = await secretsOf(ports.secrets, tenant, owner);
        const going = rows.filter((row) => id === undefined || row.name.id === id);
        for (const { name } of going) await ports.secrets.delete(name);
        // After the deletion: whoever asks from now on gets none, and whoever asked before keeps none.
        ports.broadcastDropped({ tenant, owner });
        return { result: { dropped: going.length }, facts: { dropped: going.length } };
      },
    );
  };
}
