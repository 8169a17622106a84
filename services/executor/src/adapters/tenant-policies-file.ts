import { issuesOf, TenantPolicies } from '@patchbay/contracts';
import { type TenantRules, tenantRules } from '@patchbay/egress';
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
    const none = compilePolicies<TenantRules>({ tenants: {} }, compileRules);
    return { of: (tenant) => policyOf(none, tenant), close: () => {} };
  }
  const file = followFile<PolicyTable<TenantRules>>({
    path,
    parse: (text, previous) => read(path, text, previous ?? undefined),
    onChanged: (now, before) => onApplied(changedTenants(before, now)),
    onError,
    lookMs,
  });
  onApplied(changedTenants(null, file.value));
  return { of: (tenant) => policyOf(file.value, tenant), close: file.close };
}

function read(path: string, text: string, previous?: PolicyTable<TenantRules>): PolicyTable<TenantRules> {
  const parsed = TenantPolicies.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const issues = issuesOf(parsed.error).map((issue) => `${issue.path} ${issue.message}`);
    throw new Error(`${path}: ${issues.join('; ')}`);
  }
  return compilePolicies(parsed.data, compileRules, previous);
}

function compileRules(egress: Parameters<Parameters<typeof compilePolicies>[1]>[0]): TenantRules {
  return tenantRules({
    hosts: egress.hosts,
    privateHosts: egress.private_hosts,
    privateNetworks: egress.private_networks,
  });
}
