import { readFileSync } from 'node:fs';
import { SinkName, SinkSettings } from '@patchbay/contracts';
import { ConfigError, parseConfig, readList, readSecretFile } from '@patchbay/service-kit';
import { z } from 'zod';
import type { SinkPauseRule } from './domain/sink-retry.ts';

/** A sink of the installation: the records of every tenant go to it. */
export interface InstallationSink {
  readonly name: string;
  readonly settings: SinkSettings;
  /** Secret. */
  readonly token: string | null;
  /** Where it starts when it is new: with what comes from then on, or with all that there is. */
  readonly start: 'now' | 'beginning';
}

/** How the log is handed out. */
export interface KeepingConfig {
  readonly sinks: readonly InstallationSink[];
  readonly sinkPauseRule: SinkPauseRule;
  /** `s3://bucket/prefix` that exports are put in; null: none. */
  readonly exportsLocation: string | null;
  /** Of a storage that is not AWS's. */
  readonly s3Endpoint: string | null;
  /** Origins exempt from the public-address rule, such as a SIEM on a private network. */
  readonly trustedOrigins: readonly string[];
  /** File with the tenants' policies, of which what concerns egress is followed; null: none. */
  readonly tenantPoliciesFile: string | null;
}

const variables = z.object({
  PATCHBAY_AUDIT_SINKS_FILE: z.string().min(1).optional(),
  PATCHBAY_AUDIT_SINK_PAUSE_MINUTES: z.coerce.number().min(0).max(43_200).default(60),
  PATCHBAY_AUDIT_EXPORTS: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[^\s?#]*)?$/, { error: 'expected s3://bucket/prefix' })
    .optional(),
  PATCHBAY_AUDIT_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  PATCHBAY_EGRESS_TRUSTED_ORIGINS: z.string().default(''),
  PATCHBAY_TENANT_POLICIES_FILE: z.string().optional(),
});

const SinksFile = z.strictObject({
  sinks: z.record(
    SinkName,
    SinkSettings.extend({
      /** Of a file with mode 0600. */
      token_file: z.string().min(1).optional(),
      start: z.enum(['now', 'beginning']).default('now'),
    }),
  ),
});

/** Tries that a target must have failed besides failing for so long: a quiet log tries seldom. */
const pauseFailures = 10;

/** @throws ConfigError naming the variable or file that is wrong. */
export function readKeepingConfig(env: Readonly<Record<string, string | undefined>>): KeepingConfig {
  const values = parseConfig(variables, env);
  return {
    sinks: values.PATCHBAY_AUDIT_SINKS_FILE === undefined ? [] : readSinks(values.PATCHBAY_AUDIT_SINKS_FILE),
    sinkPauseRule: {
      failures: pauseFailures,
      failingForMs: values.PATCHBAY_AUDIT_SINK_PAUSE_MINUTES * 60_000,
    },
    exportsLocation: values.PATCHBAY_AUDIT_EXPORTS ?? null,
    s3Endpoint: values.PATCHBAY_AUDIT_S3_ENDPOINT ?? null,
    trustedOrigins: readList(values.PATCHBAY_EGRESS_TRUSTED_ORIGINS),
    tenantPoliciesFile: values.PATCHBAY_TENANT_POLICIES_FILE || null,
  };
}

function readSinks(path: string): InstallationSink[] {
  let read: ReturnType<typeof SinksFile.safeParse>;
  try {
    read = SinksFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new ConfigError(`PATCHBAY_AUDIT_SINKS_FILE: ${(cause as Error).message}`);
  }
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ConfigError(`PATCHBAY_AUDIT_SINKS_FILE: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return Object.entries(read.data.sinks).map(([name, { token_file: tokenFile, start, ...settings }]) => ({
    name,
    settings,
    token: tokenFile === undefined ? null : readSecretFile(tokenFile),
    start,
  }));
}
