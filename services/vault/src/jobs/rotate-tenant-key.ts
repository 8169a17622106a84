import { PatchbayError } from '@patchbay/contracts';
import type { TenantKeys } from '../encryption/tenant-keys.ts';
import { bindingOf } from '../operations/open-credential.ts';
import type { ConnectionStore, CredentialRow, CredentialStore, Report } from '../operations/ports.ts';
import { isDamage } from './is-damage.ts';
import { passOver, type RowOutcome } from './pass-over.ts';
import type { JobInHand, JobTimes, JobWork } from './ports.ts';
import { type ReencryptSecretsPorts, reencryptSecrets } from './secret-rows.ts';

export interface RotateTenantKeyPorts extends ReencryptSecretsPorts {
  readonly tenantKeys: Pick<TenantKeys, 'versions' | 'advance' | 'destroyOlder'>;
  readonly connections: Pick<ConnectionStore, 'get'>;
  readonly credentials: Pick<CredentialStore, 'scan' | 'replace'>;
  readonly reencryptClients: (tenant: string, tenantKeyVersion: number) => Promise<number>;
  readonly report: Report;
  readonly times: Pick<JobTimes, 'settleMs'>;
}

/** Credentials in work at once. */
const width = 16;

/**
 * Gives the tenant a new key, brings every credential and secret under it, and destroys the keys before. All that is done can be done
 * again: where to is written down first, rows that are there already are gone by, and a row that changes at the same
 * moment wins.
 */
export function rotateTenantKey(ports: RotateTenantKeyPorts): JobWork {
  return async (hand) => {
    const { tenant } = hand.job;

    // 1. Say where it leads before anything changes.
    if (hand.job.target_version === null) {
      const { current } = await ports.tenantKeys.versions(tenant);
      await hand.save({ step: 'makes a key', target_version: current + 1 });
    }
    const target = hand.job.target_version as number;

    // 2. New credentials get the new key from here on; both decrypt.
    await ports.tenantKeys.advance(tenant, target);

    // 3. Bring the others under it, until a pass that began after every writer knew finds nothing left.
    await pass(ports, hand, target, { step: 'encrypts anew', after: hand.job.cursor });
    await hand.save({ step: 'waits for writers' });
    await hand.rest(ports.times.settleMs);
    while ((await pass(ports, hand, target, { step: 'looks again', after: 0 })) > 0);

    // 4. Refuse the versions before, and destroy their keys.
    await hand.save({ step: 'destroys the old key' });
    const destroyed = await ports.tenantKeys.destroyOlder(tenant);
    await hand.save({ keys_destroyed: hand.job.keys_destroyed + destroyed });
  };
}

/** @returns how many credentials it brought under the key. */
async function pass(
  ports: RotateTenantKeyPorts,
  hand: JobInHand,
  target: number,
  { step, after }: { step: 'encrypts anew' | 'looks again'; after: number },
): Promise<number> {
  const { tenant } = hand.job;
  const refused = new Set<string>();
  const moved = await passOver(hand, {
    step,
    after,
    width,
    pages: (from) => ports.credentials.scan(tenant, from),
    async work(row) {
      const outcome = await moveRow(ports, tenant, row, target);
      if (outcome === 'refused') refused.add(row.connection);
      // Its connection may be stored in a moment. After the wait for writers it is nobody's.
      if (outcome === 'unclaimed') return step === 'encrypts anew' ? 'held' : 'passed';
      return outcome === 'refused' ? 'held' : outcome;
    },
  });
  const clients = await ports.reencryptClients(tenant, target);
  const secrets = await reencryptSecrets(ports, hand, target);
  const damage = [...refused, ...secrets.refused];
  if (damage.length > 0) throw damaged(ports.report, tenant, damage);
  return moved + clients + secrets.moved;
}

async function moveRow(
  { connections, credentials, cipher }: RotateTenantKeyPorts,
  tenant: string,
  { connection, version, value, revision }: CredentialRow,
  target: number,
): Promise<RowOutcome | 'unclaimed' | 'refused'> {
  if (value !== null && value.tenant_key_version >= target) return 'passed';
  try {
    const found = await connections.get(tenant, connection);
    if (found === null) return 'unclaimed';
    const { status, oldest_credential: oldest, credential_version: present } = found.value;
    // The row after the present one is of a writer that has not named it yet, or never will: then it is adopted.
    if (status === 'revoked' || version < oldest || version > present + 1) return 'passed';
    if (value === null) return 'refused';
    const again = await cipher.reencrypt(bindingOf(found.value, version), value, target);
    // When it changed meanwhile, it comes again.
    return (await credentials.replace(tenant, connection, again, revision)) ? 'changed' : 'passed';
  } catch (error) {
    if (isDamage(error)) return 'refused';
    throw error;
  }
}

/** `ids` are of connections and of secrets. */
function damaged(report: Report, tenant: string, ids: readonly string[]): PatchbayError {
  const message = 'stored credentials were refused in a rotation: the store may have been changed';
  report('error', message, { tenant, ids: ids.slice(0, 20), number: ids.length });
  return new PatchbayError('vault_unavailable', {
    message: `${ids.length} stored credentials are not what was stored, ${ids[0]} among them. Remove those connections or secrets, or restore their rows, and rotate again: both keys are kept.`,
    retryable: false,
    details: { reason: 'integrity' },
  });
}
