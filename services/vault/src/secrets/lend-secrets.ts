import { type LendSecretsRequest, type LendSecretsResult, type LentSecret, PatchbayError } from '@patchbay/contracts';
import type { AuditedWorkPorts } from '../operations/audited-change.ts';
import type { CredentialCipher, Sealer } from '../operations/ports.ts';
import { openSecret } from './open-secret.ts';
import { recordSecretDenial, secretEntry } from './secret-audit.ts';
import { assertOwns, type ServiceCaller } from './secret-caller.ts';
import { type SecretStore, secretsOf } from './secret-store.ts';

export interface LendSecretsPorts extends AuditedWorkPorts {
  readonly secrets: Pick<SecretStore, 'scan' | 'read'>;
  readonly cipher: Pick<CredentialCipher, 'decrypt'>;
  readonly sealer: Sealer;
  /** Asks the store, not memory, whether the tenant's keys may be used. @throws PatchbayError `vault_unavailable`. */
  readonly assertUsable: (tenant: string) => Promise<unknown>;
}

/**
 * Lends every secret of an owner to one process of the service that owns it, sealed to that process's key.
 * @throws PatchbayError `not_permitted` (another service's owner), `invalid_request` (public key), `vault_unavailable`,
 *   `audit_unavailable`.
 */
export function lendSecrets(ports: LendSecretsPorts) {
  async function lend(request: LendSecretsRequest, caller: ServiceCaller): Promise<LendSecretsResult> {
    const { tenant, owner, public_key: recipient } = request;
    assertOwns(caller, owner);
    if (!ports.sealer.isRecipient(recipient))
      throw new PatchbayError('invalid_request', {
        message: 'The public key is not an xkey.',
        details: { issues: [{ path: 'public_key', message: 'not an xkey public key' }] },
      });

    // What is lent may be kept for a minute. So nobody gets it of a tenant of which this process has not heard yet that
    // it was erased, as could be with the versions that it remembers for leases.
    const [rows] = await Promise.all([secretsOf(ports.secrets, tenant, owner), ports.assertUsable(tenant)]);

    // Neither the record nor the values alone are enough.
    const [recorded, opened] = await Promise.allSettled([
      ports.recordAudit(
        secretEntry(request, caller, 'lent', { outcome: 'succeeded', facts: { secrets: rows.length, recipient } }),
      ),
      Promise.all(rows.map(async (row) => ({ id: row.name.id, value: await openSecret(ports, row) }))),
    ]);
    if (recorded.status === 'rejected') throw recorded.reason;
    if (opened.status === 'rejected') throw opened.reason;

    const secrets = opened.value.flatMap(({ id, value }) =>
      value === null
        ? []
        : [{ secret_id: id, sealed: sealed(ports.sealer, { tenant, owner, secret_id: id, value }, recipient) }],
    );
    return { secrets, public_key: ports.sealer.publicKey };
  }

  return async (request: LendSecretsRequest, caller: ServiceCaller): Promise<LendSecretsResult> => {
    try {
      return await lend(request, caller);
    } catch (error) {
      recordSecretDenial(ports, request, caller, error);
      throw error;
    }
  };
}

function sealed(sealer: Sealer, secret: LentSecret, recipient: string): string {
  const clear = Buffer.from(JSON.stringify(secret));
  try {
    return Buffer.from(sealer.seal(clear, recipient)).toString('base64');
  } finally {
    clear.fill(0);
  }
}
