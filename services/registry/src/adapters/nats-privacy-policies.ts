import { PatchbayError, StoredPrivacyPolicy } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { KeepPrivacyPolicies } from '../operations/privacy/ports.ts';

/** Bucket `privacy_policies`: one row for each tenant, changed by compare and set. */
export function createPrivacyPolicyStore(bucket: Bucket): KeepPrivacyPolicies {
  return {
    read: (tenant) =>
      answered(async () => {
        const entry = await bucket.get(tenant);
        if (entry === null) return null;
        const stored = StoredPrivacyPolicy.parse(JSON.parse(Buffer.from(entry.value).toString('utf8')));
        return { stored, revision: entry.revision };
      }),
    write: (stored, revision) =>
      answered(async () => {
        const text = JSON.stringify(stored);
        const written =
          revision === null
            ? await bucket.create(stored.tenant, text)
            : await bucket.update(stored.tenant, text, revision);
        return written !== null;
      }),
  };
}

async function answered<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw new PatchbayError('overloaded', { message: 'The store of privacy policies does not answer.', cause: error });
  }
}
