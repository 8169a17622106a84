import {
  type PrivacyDirection,
  type PrivacyPolicy,
  type PutPrivacyPolicyResult,
  routes,
  type StoredPrivacyPolicy,
  type TestPrivacyPolicyResult,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { z } from 'zod';

/** A privacy policy as it is written: what is left out stays as it is. */
export type NewPrivacyPolicy = z.input<typeof PrivacyPolicy>;

/** What a tenant wants done with personal data. */
export interface PrivacyAdmin {
  /** Null: it has said nothing, and everything stays as it is. */
  show(): Promise<StoredPrivacyPolicy | null>;
  /** @throws PatchbayError `invalid_request` with what is wrong where. */
  put(
    policy: NewPrivacyPolicy,
    options?: { readonly expectedVersion?: number; readonly by?: string },
  ): Promise<PutPrivacyPolicyResult>;
  /** What would become of a value, by the policy in force or by a draft. @throws PatchbayError `tool_not_found`. */
  test(
    direction: PrivacyDirection,
    value: unknown,
    options?: { readonly tool?: string; readonly policy?: NewPrivacyPolicy },
  ): Promise<TestPrivacyPolicyResult>;
}

export function privacyOver(messaging: Messaging, tenant: string): PrivacyAdmin {
  return {
    show: async () => (await messaging.request(routes.showPrivacyPolicy, {}, { tenant })).privacy,
    put: (policy, { expectedVersion, by } = {}) =>
      messaging.request(
        routes.putPrivacyPolicy,
        {},
        {
          tenant,
          policy,
          ...(expectedVersion !== undefined && { expected_version: expectedVersion }),
          ...(by !== undefined && { by }),
        },
      ),
    test: (direction, value, { tool, policy } = {}) =>
      messaging.request(
        routes.testPrivacyPolicy,
        {},
        { tenant, direction, value, ...(tool !== undefined && { tool }), ...(policy !== undefined && { policy }) },
      ),
  };
}
