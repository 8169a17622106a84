import { type BaseConfig, parseConfig, readBaseConfig, readList, readSecretFile } from '@patchbay/service-kit';
import { z } from 'zod';
import { parseMcpCommands } from './domain/mcp-commands.ts';
import { parseTenantClasses, type TenantClassOf } from './domain/telemetry/tenant-classes.ts';

export interface ExecutorConfig extends BaseConfig {
  /** `redis://…`, with its password. Secret. Null: every executor limits on its own. */
  readonly redisUrl: string | null;
  /** Executions under way at once before new ones are refused with `overloaded`. */
  readonly maxInFlight: number;
  /** Submissions carried out at once; 0 leaves them to other executors. */
  readonly maxSubmissions: number;
  /** Milliseconds that a caller may leave a stream's full window before the stream is cancelled. */
  readonly streamStallMs: number;
  /** Development only: the origin every upstream call is dialled at instead of its own host. */
  readonly dialOverride: string | null;
  /** Origins exempt from the public-address rule, such as a self-hosted product on a private network. */
  readonly trustedOrigins: readonly string[];
  /** Absolute paths of the programs that may be run as MCP servers, by the names that documents know them by. */
  readonly mcpCommands: ReadonlyMap<string, string>;
  /** Under which class a tenant's metrics are counted. */
  readonly tenantClassOf: TenantClassOf;
  /** File with the tenants' policies, followed while the process runs. Null: none. */
  readonly tenantPoliciesFile: string | null;
  /** What becomes of calls under policies that count calls while Redis is away. */
  readonly countsWhenAway: 'refuse' | 'local';
  /** The registry's revision that may be run although a newer one was seen; null: none. */
  readonly acceptedRegistryRevision: number | null;
}

const variables = z.object({
  /** A file, because the URL carries the password. */
  PATCHBAY_REDIS_URL_FILE: z.string().optional(),
  PATCHBAY_MAX_IN_FLIGHT: z.coerce.number().int().min(1).max(100_000).default(1_000),
  PATCHBAY_MAX_SUBMISSIONS: z.coerce.number().int().min(0).max(1_000).default(16),
  PATCHBAY_STREAM_STALL_MS: z.coerce.number().int().min(100).max(120_000).default(10_000),
  PATCHBAY_EGRESS_DIAL_OVERRIDE: z.url().optional(),
  PATCHBAY_EGRESS_TRUSTED_ORIGINS: z.string().default(''),
  PATCHBAY_MCP_COMMANDS: z
    .string()
    .default('')
    .transform((text, context) => {
      const commands = parseMcpCommands(readList(text));
      if (typeof commands !== 'string') return commands;
      context.addIssue({ code: 'custom', message: commands });
      return z.NEVER;
    }),
  PATCHBAY_TENANT_CLASSES: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return parseTenantClasses(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
        return z.NEVER;
      }
    }),
  PATCHBAY_TENANT_POLICIES_FILE: z.string().optional(),
  PATCHBAY_POLICY_COUNTS_WHEN_AWAY: z.enum(['refuse', 'local']).default('refuse'),
  PATCHBAY_ACCEPT_REGISTRY_REVISION: z.coerce.number().int().min(0).optional(),
});

export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): ExecutorConfig {
  const base = readBaseConfig('executor', env);
  const values = parseConfig(
    variables.refine((value) => base.mode === 'development' || value.PATCHBAY_EGRESS_DIAL_OVERRIDE === undefined, {
      path: ['PATCHBAY_EGRESS_DIAL_OVERRIDE'],
      error: 'is for development only: it sends every call, with its credential, to one place',
    }),
    env,
  );
  return {
    ...base,
    redisUrl: values.PATCHBAY_REDIS_URL_FILE === undefined ? null : readSecretFile(values.PATCHBAY_REDIS_URL_FILE),
    maxInFlight: values.PATCHBAY_MAX_IN_FLIGHT,
    maxSubmissions: values.PATCHBAY_MAX_SUBMISSIONS,
    streamStallMs: values.PATCHBAY_STREAM_STALL_MS,
    dialOverride: values.PATCHBAY_EGRESS_DIAL_OVERRIDE ?? null,
    trustedOrigins: readList(values.PATCHBAY_EGRESS_TRUSTED_ORIGINS),
    mcpCommands: values.PATCHBAY_MCP_COMMANDS,
    tenantClassOf: values.PATCHBAY_TENANT_CLASSES,
    tenantPoliciesFile: values.PATCHBAY_TENANT_POLICIES_FILE || null,
    countsWhenAway: values.PATCHBAY_POLICY_COUNTS_WHEN_AWAY,
    acceptedRegistryRevision: values.PATCHBAY_ACCEPT_REGISTRY_REVISION ?? null,
  };
}
