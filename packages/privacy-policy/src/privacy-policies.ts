import { StoredPrivacyPolicy } from '@patchbay/contracts';
import { type CompiledPrivacyPolicy, compilePrivacyPolicy, privacyPolicyIssues } from './compile-privacy-policy.ts';

/** The privacy policies of all tenants, in memory: one look for each call, and nothing else for a tenant that has none. */
export class PrivacyPolicies {
  readonly #policies = new Map<string, CompiledPrivacyPolicy | 'unusable'>();
  readonly #mistake: (problem: { readonly tenant: string; readonly message: string }) => void;

  constructor(mistake: (problem: { readonly tenant: string; readonly message: string }) => void) {
    this.#mistake = mistake;
  }

  /** Takes over what is stored under a tenant's name; null: no more. */
  apply(tenant: string, text: string | null): void {
    if (text === null) {
      this.#policies.delete(tenant);
      return;
    }
    const stored = read(text);
    if (stored === null || stored.tenant !== tenant || privacyPolicyIssues(stored.policy).length > 0) {
      this.#mistake({ tenant, message: 'a privacy policy cannot be read' });
      // What one knows to be there must not be taken for nothing: the one before stays.
      if (!this.#policies.has(tenant)) this.#policies.set(tenant, 'unusable');
      return;
    }
    this.#policies.set(tenant, compilePrivacyPolicy(stored.policy));
  }

  /** Null: the tenant has none. `unusable`: it has one, and nobody knows what it says. */
  of(tenant: string): CompiledPrivacyPolicy | 'unusable' | null {
    return this.#policies.get(tenant) ?? null;
  }
}

function read(text: string): StoredPrivacyPolicy | null {
  try {
    return StoredPrivacyPolicy.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
