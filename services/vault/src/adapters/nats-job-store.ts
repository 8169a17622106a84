import { StoredVaultJob, VaultJob } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { JobStore } from '../jobs/ports.ts';
import { damagedRecord, parseRecord, reachable, storeTimeoutMs } from './nats-record.ts';
import { createRecordMac } from './record-mac.ts';

/**
 * Bucket `vault_jobs` at `<tenant>` or `all`. Each record carries a MAC, so that what somebody else wrote there, or moved
 * there from another tenant, starts nothing.
 * @param seed the vault's sealing seed, the same in every replica.
 */
export function createNatsJobStore(bucket: Bucket, seed: string): JobStore {
  const mac = createRecordMac(seed, 'patchbay vault jobs v1');
  const textOf = (job: VaultJob) => JSON.stringify(VaultJob.parse(job));

  function open(entry: { key: string; value: Uint8Array; revision: number }) {
    const { job, mac: given } = parseRecord(entry, StoredVaultJob);
    if (job.tenant !== entry.key || !mac.verifies(textOf(job), given))
      throw damagedRecord(`The stored job '${entry.key}' is not what a vault wrote.`);
    return { job, revision: entry.revision };
  }

  return {
    async get(tenant) {
      const entry = await reachable(bucket.get(tenant));
      return entry === null ? null : open(entry);
    },
    async put(job, revision) {
      const value = JSON.stringify({ job: VaultJob.parse(job), mac: mac.of(textOf(job)) });
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
