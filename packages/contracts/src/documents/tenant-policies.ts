import { z } from 'zod';
import { TenantId } from '../ids.ts';
import { RateLimits } from './integration.ts';

/** `api.example.com`, `*.example.com` (any depth below, not the apex) or an address, each with `:port` where it is another than 443, 80 or 8443. */
const HostEntry = z
  .string()
  .max(260)
  .regex(/^(\*\.)?(\[[0-9a-fA-F:.]+\]|[^\s:/?#@\\*[\]]+)(:\d{1,5})?$/, 'expected a host, *.host or host:port');

/** Where a tenant's calls may go, beside what each tool's own list of hosts says. */
export const TenantEgress = z.strictObject({
  /** When given, the only hosts that the tenant's calls may go to, whatever its tools say. */
  hosts: z.array(HostEntry).min(1).max(1_000).optional(),
  /** Names that need not be public ones and may resolve into `private_networks`. https only, as everywhere. */
  private_hosts: z.array(HostEntry).max(1_000).default([]),
  /** Networks of the tenant, as CIDR blocks inside the private address space (RFC 1918, RFC 6598, RFC 4193). */
  private_networks: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .max(100)
    .default([]),
});
export type TenantEgress = z.infer<typeof TenantEgress>;

/** What the audit log keeps of a tenant's calls. */
export const TenantAudit = z.strictObject({
  /**
   * Record the intent of a read too, before it leaves; it is told when the intent is durable. Otherwise a read has one record, its
   * outcome, which is on its way to the log before the answer is. Of tenants whose privacy policy says `hipaa` it always is.
   */
  intent_of_reads: z.boolean().default(false),
  /** Keep what calls say of their person and arguments that are marked `pii` or `phi`, sealed under a key of that person. */
  keep_personal: z.boolean().default(false),
});

/** What an operator decides about one tenant. */
export const TenantPolicy = z.strictObject({
  /** Over all executions of the tenant together, whatever the tool. Default: that of `default`. */
  rate_limit: RateLimits.optional(),
  /** Share of an executor beside other tenants that have work, as a weight. Default: that of `default`, or 1. */
  weight: z.number().min(0.01).max(1_000).optional(),
  egress: TenantEgress.optional(),
  /** Default: that of `default`, or neither. */
  audit: TenantAudit.optional(),
});
export type TenantPolicy = z.infer<typeof TenantPolicy>;

/** The document that `PATCHBAY_TENANT_POLICIES_FILE` names. JSON. */
export const TenantPolicies = z.strictObject({
  /** For tenants that say nothing of their own. Private networks are given to tenants by name only. */
  default: TenantPolicy.omit({ egress: true }).optional(),
  tenants: z.record(TenantId, TenantPolicy).default({}),
});
export type TenantPolicies = z.infer<typeof TenantPolicies>;
