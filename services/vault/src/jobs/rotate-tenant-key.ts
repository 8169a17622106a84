import { PatchbayError } from '@patchbay/contracts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import type { TenantKeys } from '../encryption/tenant-keys.ts';
import { bindingOf } from '../operations/open-credential.ts';
import type { ConnectionStore, CredentialCipher, CredentialStore, Report } from '../operations/ports.ts';
import type { JobInHand, JobTimes, JobWork } from './ports.ts';

export interface RotateTenantKeyPorts {
  readonly tenantKeys: Pick<TenantKeys, 'versions' | 'advance' | 'destroyOlder'>;
  readonly connections: Pick<ConnectionStore, 'list'>;
  readonly credentials: Pick<CredentialStore, 'read' | 'replace'>;
  readonly cipher: Pick<CredentialCipher, 'reencrypt'>;
  readonly reencryptClients: (tenant: string, tenantKeyVersion: number) => Promise<number>;
  readonly report: Report;
  readonly times: Pick<JobTimes, 'settleMs'>;
}

/** Connections in work at once. */
const width = 16;

/**
 * Gives the tenant a new key, brings every credential under it, and destroys the keys before. All that is done can be done
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
    await pass(ports, hand, target);
    await hand.save({ step: 'waits for writers' });
    await hand.rest(ports.times.settleMs);
    while ((await pass(ports, hand, target)) > 0) await hand.save({ step: 'looks again' });

    // 4. Refuse the versions before, and destroy their keys.
    await hand.save({ step: 'destroys the old key' });
    const destroyed = await ports.tenantKeys.destroyOlder(tenant);
    await hand.save({ keys_destroyed: hand.job.keys_destroyed + destroyed });
  };
}

/** Goes through every row once, from the cursor on. @returns how many were brought under the key. */
async function pass(ports: RotateTenantKeyPorts, hand: JobInHand, target: number): Promise<number> {
  const { tenant } = hand.job;
  const { connections } = await ports.connections.list(tenant);
  const records = connections.filter(({ status }) => status !== 'revoked').sort((a, b) => (a.id < b.id ? -1 : 1));
  const { cursor } = hand.job;
  const left = cursor === null ? records : records.filter(({ id }) => id > cursor);
  await hand.save({ step: 'encrypts anew', total: records.length, done: records.length - left.length });

  let moved = await ports.reencryptClients(tenant, target);
  const refused: string[] = [];
  for (let at = 0; at < left.length; at += width) {
    const some = left.slice(at, at + width);
    const outcomes = await Promise.allSettled(some.map((record) => moveConnection(ports, record, target)));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') moved += outcome.value;
      else if (isDamage(outcome.reason)) refused.push((some[i] as ConnectionRecord).id);
      else throw outcome.reason;
    }
    await hand.beat({ done: records.length - left.length + at + some.length, cursor: some.at(-1)?.id ?? null });
  }
  await hand.save({ cursor: null });
  if (refused.length > 0) throw damaged(ports.report, tenant, refused);
  return moved;
}

/** Every row that the connection may have, that which it does not name yet included. */
async function moveConnection(ports: RotateTenantKeyPorts, record: ConnectionRecord, target: number): Promise<number> {
  let moved = 0;
  for (let version = record.oldest_credential; version <= record.credential_version + 1; version++)
    if (await moveRow(ports, record, version, target)) moved++;
  return moved;
}

async function moveRow(
  { credentials, cipher }: RotateTenantKeyPorts,
  record: ConnectionRecord,
  version: number,
  target: number,
): Promise<boolean> {
  for (;;) {
    const row = await credentials.read(record.tenant, record.id, version);
    if (row === null || row.value.tenant_key_version >= target) return false;
    const again = await cipher.reencrypt(bindingOf(record, version), row.value, target);
    if (await credentials.replace(record.tenant, record.id, again, row.revision)) return true;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof PatchbayError && ['integrity', 'damaged_record'].includes(String(error.body.details.reason));
}

function damaged(report: Report, tenant: string, connections: readonly string[]): PatchbayError {
  const message = 'stored credentials were refused in a rotation: the store may have been changed';
  report('error', message, { tenant, connections: connections.slice(0, 20), number: connections.length });
  return new PatchbayError('vault_unavailable', {
    message: `${connections.length} stored credentials are not what was stored, ${connections[0]} among them. Remove those connections or restore their rows, and rotate again: both keys are kept.`,
    retryable: false,
    details: { reason: 'integrity' },
  });
}
