import type { StoredPrivacyPolicy } from '@patchbay/contracts';

/** The store of privacy policies. Each method @throws PatchbayError `overloaded`: it does not answer. */
export interface KeepPrivacyPolicies {
  read(tenant: string): Promise<{ readonly stored: StoredPrivacyPolicy; readonly revision: number } | null>;
  /** False when another wrote since `revision`; null: there was none. */
  write(stored: StoredPrivacyPolicy, revision: number | null): Promise<boolean>;
}
