import type { TenantRules } from '@patchbay/egress';
import { parseTenantPolicies, rulesOfPolicy } from '@patchbay/egress/tenant-rules-file';
import { followFile } from '@patchbay/service-kit';
import {
  type CompiledPolicy,
  changedTenants,
  compilePolicies,
  type PolicyTable,
  policyOf,
} from '../domain/tenant-policies.ts';

export interface OpenPolicies {
  of(tenant: string): CompiledPolicy<TenantRules>;
  close(): void;
}

export interface PoliciesOptions {
  /** JSON as `TenantPolicies` of contracts. Null: there are none. */
  readonly path: string | null;
  /** Tenants whose policy is new or another; at the start, all that the file names. */
  readonly onApplied: (tenants: readonly string[]) => void;
  /** The file cannot be read or used any more: what it said before stays in force. */
  readonly onError: (error: unknown) => void;
  readonly lookMs?: number;
}

/**
 * Reads the tenants' policies and follows the file. A file that is wrong at the start keeps the process from starting;
 * one that becomes wrong changes nothing.
 * @throws Error naming what is wrong with the file.
 */
export function openTenantPolicies({ path, onApplied, onError, lookMs }: PoliciesOptions): OpenPolicies {
  if (path === null) {
    const none = compilePolicies<TenantRules>({ tenants: {} }, rulesOfPolicy);
    return { of: (tenant) => policyOf(none, tenant), close: () => {} };
  }
  const file = followFile<PolicyTable<TenantRules>>({
    path,
    parse: (text, previous) => compilePolicies(parseTenantPolicies(path, text), rulesOfPolicy, previous ?? undefined),
    onChanged: (now, before) => onApplied(changedTenants(before, now)),
    onError,
    lookMs,
  });
  onApplied(changedTenants(null, file.value));
  return { of: (tenant) => policyOf(file.value, tenant), close: file.close };
}
