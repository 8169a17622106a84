import { PatchbayError } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { type Mistake, PolicyDocuments, policyKey } from '@patchbay/policy';
import type { KeepPolicies } from '../operations/policies/ports.ts';

/** Versions of one document that are kept; older ones go. */
const keptVersions = 100;

export interface PolicyStore extends KeepPolicies {
  close(): void;
}

/** The documents in bucket `policies`, followed. A version is written once, under its number, so that nobody overwrites another's. */
export async function openPolicyStore(bucket: Bucket, onMistake: Mistake): Promise<PolicyStore> {
  const documents = new PolicyDocuments(onMistake);
  const watch = await bucket.watch('>', ({ key, value }) => apply(key, value));

  function apply(key: string, value: Uint8Array | null): void {
    documents.apply(key, value === null ? null : Buffer.from(value).toString('utf8'));
  }

  return {
    inForce: (scope, draft) => documents.inForce(scope, draft),
    versions: (scope, name) => documents.versions(scope, name),
    async create(document) {
      const key = policyKey(document);
      const text = JSON.stringify(document);
      try {
        if ((await bucket.create(key, text)) !== null) {
          documents.apply(key, text);
          const old = { ...document, version: document.version - keptVersions };
          if (old.version > 0) await bucket.delete(policyKey(old));
          return true;
        }
        const entry = await bucket.get(key);
        if (entry !== null) apply(key, entry.value);
        return false;
      } catch (error) {
        throw new PatchbayError('overloaded', { message: 'The store of policies does not answer.', cause: error });
      }
    },
    close: () => watch.unsubscribe(),
  };
}
