import { issuesOf, type TenantEgress, TenantPolicies } from '@patchbay/contracts';
import { followFile } from '@patchbay/service-kit';
import { type TenantRules, tenantRules } from './tenant-rules.ts';

interface Entry {
  readonly text: string;
  readonly rules: TenantRules;
}

export interface TenantRulesFile {
  /** Where the tenant's requests may go, besides or only; null: the usual rules. */
  of(tenant: string): TenantRules | null;
  close(): void;
}

export interface TenantRulesOptions {
  /** The file of tenant policies that executors have. Null: there is none. */
  readonly path: string | null;
  /** Tenants whose rules are new, others or gone. */
  readonly onApplied: (tenants: readonly string[]) => void;
  /** The file cannot be read or used any more: what it said before stays in force. */
  readonly onError: (error: unknown) => void;
  readonly lookMs?: number;
}

/** Follows what the tenants' policies say of egress; the rest is the executors'. @throws Error naming what is wrong. */
export function openTenantRules({ path, onApplied, onError, lookMs }: TenantRulesOptions): TenantRulesFile {
  if (path === null) return { of: () => null, close: () => {} };
  const file = followFile<ReadonlyMap<string, Entry>>({
    path,
    parse: (text, previous) => read(path, text, previous),
    onChanged: (now, before) => onApplied(changed(before, now)),
    onError,
    lookMs,
  });
  onApplied(changed(new Map(), file.value));
  return { of: (tenant) => file.value.get(tenant)?.rules ?? null, close: file.close };
}

/** What the file of tenant policies says. @throws Error naming the file and what is wrong with it. */
export function parseTenantPolicies(path: string, text: string): TenantPolicies {
  const parsed = TenantPolicies.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error).map((issue) => `${issue.path} ${issue.message}`);
  throw new Error(`${path}: ${issues.join('; ')}`);
}

/** The rules that a tenant's policy makes for its requests. */
export function rulesOfPolicy({ hosts, private_hosts, private_networks }: TenantEgress): TenantRules {
  return tenantRules({ hosts, privateHosts: private_hosts, privateNetworks: private_networks });
}

/** Rules that did not change stay the same object, so that sockets opened under them stay. */
function read(path: string, text: string, previous: ReadonlyMap<string, Entry> | null): ReadonlyMap<string, Entry> {
  const policies = parseTenantPolicies(path, text);
  const table = new Map<string, Entry>();
  for (const [tenant, { egress }] of Object.entries(policies.tenants)) {
    if (egress === undefined) continue;
    const own = JSON.stringify(egress);
    const before = previous?.get(tenant);
    table.set(tenant, before?.text === own ? before : { text: own, rules: rulesOfPolicy(egress) });
  }
  return table;
}

function changed(before: ReadonlyMap<string, Entry>, now: ReadonlyMap<string, Entry>): string[] {
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((tenant) => before.get(tenant)?.text !== now.get(tenant)?.text)
    .sort();
}
