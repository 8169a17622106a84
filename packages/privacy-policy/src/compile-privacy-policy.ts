import type { Issue, LogRules, PrivacyPolicy } from '@patchbay/contracts';
import { isEntity } from '@patchbay/privacy';
import { type CompiledRules, compileRules } from './compile-rules.ts';

/** A tenant's privacy policy, ready to be asked about each call. Null for a direction: everything stays as it is. */
export interface CompiledPrivacyPolicy {
  readonly hipaa: boolean;
  readonly arguments: CompiledRules | null;
  readonly results: CompiledRules | null;
  readonly webhooks: CompiledRules | null;
  readonly logs: LogRules | null;
}

export function compilePrivacyPolicy(policy: PrivacyPolicy): CompiledPrivacyPolicy {
  const { hipaa, countries } = policy;
  const { logs } = policy;
  const keepsNone = logs === undefined || Object.values(logs).every((action) => action === 'block');
  return {
    hipaa,
    arguments: compileRules(policy.arguments, countries),
    results: compileRules(policy.results, countries),
    webhooks: compileRules(policy.webhooks, countries),
    logs: keepsNone ? null : logs,
  };
}

/** What no schema can say of a policy: that it names entities that there are not. */
export function privacyPolicyIssues(policy: PrivacyPolicy): Issue[] {
  return (['arguments', 'results', 'webhooks'] as const).flatMap((direction) =>
    Object.keys(policy[direction]?.entities ?? {})
      .filter((entity) => !isEntity(entity))
      .map((entity) => ({
        path: `policy.${direction}.entities.${entity}`,
        message: `there is no entity '${entity}'`,
      })),
  );
}
