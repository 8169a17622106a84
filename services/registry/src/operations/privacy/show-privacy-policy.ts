import type { ShowPrivacyPolicyRequest, ShowPrivacyPolicyResult } from '@patchbay/contracts';
import type { KeepPrivacyPolicies } from './ports.ts';

/** What a tenant wants done with personal data; null: it has said nothing. */
export function showPrivacyPolicy({ privacy }: { readonly privacy: KeepPrivacyPolicies }) {
  return async ({ tenant }: ShowPrivacyPolicyRequest): Promise<ShowPrivacyPolicyResult> => ({
    privacy: (await privacy.read(tenant))?.stored ?? null,
  });
}
