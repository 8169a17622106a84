import { PatchbayError } from '@patchbay/contracts';
import type { Bucket, BucketEntry } from '@patchbay/messaging';
import type { KeepApprovals, KeptApproval, UseConfirmations } from '../operations/policies/ports.ts';

async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PatchbayError) throw error;
    throw new PatchbayError('policy_unavailable', {
      message: 'The record of confirmations and approvals does not answer.',
      cause: error,
    });
  }
}

const textOf = ({ value }: BucketEntry): string => Buffer.from(value).toString('utf8');
const recordKey = (tenant: string, id: string) => `${tenant}.record.${id}`;
const callKey = (tenant: string, call: string) => `${tenant}.call.${call}`;

/** Used tokens in bucket `confirmations`: whoever creates the row uses the token. */
export function createNatsConfirmations(bucket: Bucket): UseConfirmations {
  return {
    use: (tenant, token, idempotencyKey) =>
      available(
        (async () => {
          const key = `${tenant}.${token}`;
          const text = JSON.stringify({ key: idempotencyKey });
          if ((await bucket.create(key, text)) !== null) return true;
          const held = await bucket.get(key);
          return held !== null && idempotencyKey !== null && textOf(held) === text;
        })(),
      ),
  };
}

/** Approvals in bucket `approvals`: the record, and for each call the id of its newest. */
export function createNatsApprovals(bucket: Bucket): KeepApprovals {
  async function read(tenant: string, id: string) {
    const entry = await bucket.get(recordKey(tenant, id));
    return entry === null ? null : { approval: JSON.parse(textOf(entry)) as KeptApproval, revision: entry.revision };
  }
  return {
    read: (tenant, id) => available(read(tenant, id)),
    ofCall: (tenant, call) =>
      available(
        (async () => {
          const pointer = await bucket.get(callKey(tenant, call));
          return pointer === null ? null : read(tenant, textOf(pointer));
        })(),
      ),
    create: (approval, replaces) =>
      available(
        (async () => {
          const { tenant, id, call } = approval;
          const pointer = await bucket.get(callKey(tenant, call));
          if (pointer !== null && textOf(pointer) !== replaces?.id && (await read(tenant, textOf(pointer))) !== null)
            return false;
          // The record first: a pointer never leads to nothing.
          await bucket.put(recordKey(tenant, id), JSON.stringify(approval));
          const set =
            pointer === null
              ? await bucket.create(callKey(tenant, call), id)
              : await bucket.update(callKey(tenant, call), id, pointer.revision);
          if (set === null) await bucket.delete(recordKey(tenant, id));
          return set !== null;
        })(),
      ),
    update: (approval, revision) =>
      available(
        bucket
          .update(recordKey(approval.tenant, approval.id), JSON.stringify(approval), revision)
          .then((updated) => updated !== null),
      ),
    list: (tenant) =>
      available(
        (async () => {
          const found: KeptApproval[] = [];
          for await (const { entries } of bucket.scan(recordKey(tenant, '*'), { after: 0, pageRows: 200 }))
            for (const entry of entries) found.push(JSON.parse(textOf(entry)) as KeptApproval);
          return found;
        })(),
      ),
  };
}
