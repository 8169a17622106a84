import type { TenantPolicies, TenantPolicy } from '@patchbay/contracts';
import { type Gcra, gcraOf } from './gcra.ts';

/** A tenant's policy as the hot path needs it; `rules` are those of its egress, compiled, or null for the usual ones. */
export interface CompiledPolicy<Rules> {
  readonly limit: Gcra | null;
  readonly weight: number;
  readonly rules: Rules | null;
  /** Whether audit keeps what is personal, sealed. */
  readonly keepPersonal: boolean;
  /** Whether a read's intent is on record before it is told, as a write's is before it is made. */
  readonly intentOfReads: boolean;
}

/**
 * Policies by tenant. What did not change since `previous` is the same object, so that sockets opened under it stay.
 * `compileRules` may throw a TypeError that names the entry it refuses.
 */
export function compilePolicies<Rules>(
  policies: TenantPolicies,
  compileRules: (egress: NonNullable<TenantPolicy['egress']>) => Rules,
  previous?: PolicyTable<Rules>,
): PolicyTable<Rules> {
  const compile = (source: TenantPolicy): Entry<Rules> => {
    const merged = { ...policies.default, ...source };
    const text = JSON.stringify(merged);
    return {
      text,
      policy: {
        limit: merged.rate_limit === undefined ? null : gcraOf(merged.rate_limit),
        weight: merged.weight ?? 1,
        rules: merged.egress === undefined ? null : compileRules(merged.egress),
        keepPersonal: merged.audit?.keep_personal ?? false,
        intentOfReads: merged.audit?.intent_of_reads ?? false,
      },
    };
  };
  const table = new Map<string, Entry<Rules>>();
  for (const [tenant, source] of Object.entries(policies.tenants)) {
    const entry = compile(source);
    const before = previous?.tenants.get(tenant);
    table.set(tenant, before?.text === entry.text ? before : entry);
  }
  return { others: compile({}), tenants: table };
}

export interface Entry<Rules> {
  readonly text: string;
  readonly policy: CompiledPolicy<Rules>;
}

export interface PolicyTable<Rules> {
  /** For every tenant that is not named. */
  readonly others: Entry<Rules>;
  readonly tenants: ReadonlyMap<string, Entry<Rules>>;
}

export function policyOf<Rules>(table: PolicyTable<Rules>, tenant: string): CompiledPolicy<Rules> {
  return (table.tenants.get(tenant) ?? table.others).policy;
}

/** Tenants named before or now whose policy is another than it was. */
export function changedTenants<Rules>(before: PolicyTable<Rules> | null, now: PolicyTable<Rules>): string[] {
  const names = new Set([...(before?.tenants.keys() ?? []), ...now.tenants.keys()]);
  return [...names].filter((tenant) => before?.tenants.get(tenant)?.text !== now.tenants.get(tenant)?.text).sort();
}
