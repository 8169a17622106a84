import type { LintPolicyRequest, LintPolicyResult, PolicyDocument } from '@patchbay/contracts';
import { lintPolicies, runPolicyTests } from '@patchbay/policy';
import type { KeepPolicies } from './ports.ts';

/** What is wrong with a text, and how its tests come out beside the other documents in force. */
export function lintPolicy({ policies }: { readonly policies: KeepPolicies }) {
  return async ({ scope, name, text, tests }: LintPolicyRequest): Promise<LintPolicyResult> => {
    const { policies: read, issues, warnings } = lintPolicies(text);
    const inForce = policies.inForce(scope, draftOf(policies, { scope, name, text }));
    return {
      issues: [...issues],
      warnings: [...warnings],
      policies: read.map(({ id }) => `${name}.${id}`),
      tests: issues.length > 0 ? [] : runPolicyTests(inForce, tests, 'tests'),
    };
  };
}

/** The document as its next version would be. */
function draftOf(
  policies: KeepPolicies,
  { scope, name, text }: Pick<PolicyDocument, 'scope' | 'name' | 'text'>,
): PolicyDocument {
  const version = (policies.versions(scope, name)[0]?.version ?? 0) + 1;
  return { scope, name, version, text, tests: [], updated_at: new Date(0).toISOString(), updated_by: 'draft' };
}
