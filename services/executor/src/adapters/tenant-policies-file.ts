import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { issuesOf, TenantPolicies } from '@patchbay/contracts';
import { type TenantRules, tenantRules } from '@patchbay/egress';
import {
  type CompiledPolicy,
  changedTenants,
  compilePolicies,
  type PolicyTable,
  policyOf,
} from '../domain/tenant-policies.ts';

/** Milliseconds between two looks at the file. */
const lookMs = 2_000;

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
export function openTenantPolicies({
  path,
  onApplied,
  onError,
  lookMs: every = lookMs,
}: PoliciesOptions): OpenPolicies {
  if (path === null) {
    const none = compilePolicies<TenantRules>({ tenants: {} }, compileRules);
    return { of: (tenant) => policyOf(none, tenant), close: () => {} };
  }
  let text = readFileSync(path, 'utf8');
  let table = read(path, text);
  onApplied(changedTenants(null, table));
  /** What was wrong last time: the same is told once. */
  let wrong: string | null = null;

  async function look(file: string): Promise<void> {
    try {
      const now = await readFile(file, 'utf8');
      if (now === text) return;
      const next = read(file, now, table);
      text = now;
      wrong = null;
      const changed = changedTenants(table, next);
      table = next;
      onApplied(changed);
    } catch (error) {
      const message = String(error);
      if (message !== wrong) onError(error);
      wrong = message;
    }
  }
  // By looking rather than by events: those get lost when a file is replaced or lies on a mounted volume.
  const looking = setInterval(() => void look(path), every).unref();
  return { of: (tenant) => policyOf(table, tenant), close: () => clearInterval(looking) };
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
