import { PatchbayError, platformScope } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { compilePolicies, lintPolicies, type Mistake, PolicyDocuments, type PolicySet } from '@patchbay/policy';
import type { FindPolicies } from '../operations/policies/ports.ts';

export interface PolicyCopy extends FindPolicies {
  close(): void;
}

/** Follows bucket `policies`. Resolves when what is in it is known: no call is judged by half of it. */
export async function openPolicies(bucket: Bucket, onMistake: Mistake): Promise<PolicyCopy> {
  const documents = new PolicyDocuments(onMistake);
  /** What is compiled, by tenant; null: only what is built in. */
  const sets = new Map<string, PolicySet | null>();
  const watch = await bucket.watch('>', ({ key, value }) => {
    const scope = documents.apply(key, value === null ? null : Buffer.from(value).toString('utf8'));
    if (scope === platformScope) sets.clear();
    else if (scope !== null) sets.delete(scope);
  });

  function compiled(tenant: string): PolicySet | null {
    if (documents.isUnusable(tenant))
      throw new PatchbayError('policy_unavailable', {
        message: 'A document of policies cannot be read, so what it forbids is not known.',
        retryable: false,
      });
    const inForce = documents.inForce(tenant);
    const set = inForce.length === 1 && inForce[0]?.version === 0 ? null : compilePolicies(inForce, `tenant/${tenant}`);
    sets.set(tenant, set);
    return set;
  }

  return {
    of(tenant) {
      const known = sets.get(tenant);
      return known === undefined ? compiled(tenant) : known;
    },
    draft(tenant, name, text) {
      const { issues } = lintPolicies(text ?? '');
      if (issues.length > 0)
        throw new PatchbayError('invalid_request', { message: 'The draft is not valid.', details: { issues } });
      const version = (documents.versions(tenant, name)[0]?.version ?? 0) + 1;
      const made = { updated_at: new Date().toISOString(), updated_by: 'draft' };
      return compilePolicies(
        documents.inForce(tenant, { scope: tenant, name, version, text, tests: [], ...made }),
        null,
      );
    },
    close: () => watch.unsubscribe(),
  };
}
