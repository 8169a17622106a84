import {
  type ListPoliciesRequest,
  type ListPoliciesResult,
  PatchbayError,
  type ShowPolicyRequest,
  type ShowPolicyResult,
} from '@patchbay/contracts';
import type { KeepPolicies } from './ports.ts';

/** The documents in force for a scope, what is built in and what is the platform's among them. */
export function listPolicies({ policies }: { readonly policies: KeepPolicies }) {
  return async ({ scope }: ListPoliciesRequest): Promise<ListPoliciesResult> => ({
    documents: policies.inForce(scope),
  });
}

/** @throws PatchbayError `not_found` */
export function showPolicy({ policies }: { readonly policies: KeepPolicies }) {
  return async ({ scope, name, version }: ShowPolicyRequest): Promise<ShowPolicyResult> => {
    const own = policies.versions(scope, name);
    const inForce = policies.inForce(scope).filter((document) => document.name === name);
    // A tenant's own before the platform's of the same name.
    const current = inForce.find((document) => document.scope === scope) ?? inForce[0];
    const document = version === undefined ? current : [...own, ...inForce].find((one) => one.version === version);
    if (document === undefined)
      throw new PatchbayError('not_found', {
        message: `There are no policies '${name}'${version === undefined ? '' : ` in version ${version}`}.`,
      });
    return {
      document,
      versions: own.map(({ version: one, updated_at, updated_by }) => ({ version: one, updated_at, updated_by })),
    };
  };
}
