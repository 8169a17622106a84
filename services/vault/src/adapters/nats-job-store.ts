import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { PatchbayError, StoredVaultJob, VaultJob } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { JobStore } from '../jobs/ports.ts';
import { parseRecord, reachable, storeTimeoutMs } from './nats-record.ts';

/**
 * Bucket `vault_jobs` at `<tenant>` or `all`. Each record carries a MAC, so that what somebody else wrote there, or moved
 * there from another tenant, starts nothing.
 * @param seed the vault's sealing seed, the same in every replica.
 */
export function createNatsJobStore(bucket: Bucket, seed: string): JobStore {
  const key = Buffer.from(hkdfSync('sha256', seed, '', 'patchbay vault jobs v1', 32));
  const macOf = (job: VaultJob) =>
    createHmac('sha256', key)
      .update(JSON.stringify(VaultJob.parse(job)))
      .digest();

  function open(entry: { key: string; value: Uint8Array; revision: number }) {
    const { job, mac } = parseRecord(entry, StoredVaultJob);
    const given = Buffer.from(mac, 'base64url');
    const own = macOf(job);
    if (job.tenant !== entry.key || given.length !== own.length || !timingSafeEqual(given, own))
      throw new PatchbayError('vault_unavailable', {
        message: `The stored job '${entry.key}' is not what a vault wrote.`,
        retryable: false,
        details: { reason: 'damaged_record' },
      });
    return { job, revision: entry.revision };
  }

  return {
    async get(tenant) {
      const entry = await reachable(bucket.get(tenant));
      return entry === null ? null : open(entry);
    },
    async put(job, revision) {
      const value = JSON.stringify({ job: VaultJob.parse(job), mac: macOf(job).toString('base64url') });
      return reachable(
        revision === null
          ? bucket.create(job.tenant, value, storeTimeoutMs)
          : bucket.update(job.tenant, value, revision, storeTimeoutMs),
      );
    },
    follow: (onJob, onDamaged) =>
      bucket.watch('>', ({ key: name, value, revision }) => {
        if (value === null) return;
        let found: ReturnType<typeof open>;
        try {
          found = open({ key: name, value, revision });
        } catch {
          return onDamaged(name);
        }
        onJob(found);
      }),
  };
}
