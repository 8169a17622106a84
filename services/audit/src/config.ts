import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditProducers, ToolName } from '@patchbay/contracts';
import {
  type BaseConfig,
  ConfigError,
  holdsPassword,
  parseConfig,
  readBaseConfig,
  readKeyFile,
  readSecretFile,
} from '@patchbay/service-kit';
import { z } from 'zod';
import { type KeepingConfig, readKeepingConfig } from './keeping-config.ts';
import { type LogConfig, readLogConfig } from './log-config.ts';
import type { Prices } from './operations/query-analytics.ts';

export interface AuditConfig extends BaseConfig {
  /** `postgres://…`, `postgresql://…`, `pglite:<directory>` or `pglite:memory`. May hold a password. Secret. */
  readonly databaseUrl: string;
  /** Scheduling priority of a process of its own, 0 (as any other) to 19 (last). */
  readonly niceness: number;
  /** The MAC key of each producer, 32 bytes. Secret. */
  readonly auditMacKeys: ReadonlyMap<string, Buffer>;
  /** What analytics reckon with; null: no cost is told. */
  readonly prices: Prices | null;
  /** Age from which an intent without an outcome is declared unknown, in milliseconds. The same for every replica. */
  readonly reconcileAfterMs: number;
  readonly log: LogConfig;
  readonly keeping: KeepingConfig;
}

const databaseUrl = z.string().regex(/^(?:postgres(?:ql)?:\/\/.|pglite:.)/, {
  error: 'expected postgres://…, pglite:<directory> or pglite:memory',
});

const variables = z.object({
  PATCHBAY_DATABASE_URL: databaseUrl.optional(),
  /** A file, for a URL that carries a password. */
  PATCHBAY_DATABASE_URL_FILE: z.string().optional(),
  PATCHBAY_AUDIT_MAC_KEYS_DIR: z.string().min(1),
  PATCHBAY_AUDIT_PRICES_FILE: z.string().min(1).optional(),
  // No deadline is longer than 120 s. Less is for tests.
  PATCHBAY_AUDIT_RECONCILE_AFTER_MS: z.coerce.number().int().min(1_000).default(180_000),
  PATCHBAY_AUDIT_NICENESS: z.coerce.number().int().min(0).max(19).default(10),
});

function readDatabaseUrl(url: string | undefined, file: string | undefined): string {
  if ((url === undefined) === (file === undefined)) {
    throw new ConfigError('Set exactly one of PATCHBAY_DATABASE_URL and PATCHBAY_DATABASE_URL_FILE.');
  }
  if (url !== undefined) {
    // The environment of a process is in what it dumps, and in what is looked at when it is inspected.
    if (holdsPassword(url))
      throw new ConfigError('PATCHBAY_DATABASE_URL takes no password: have PATCHBAY_DATABASE_URL_FILE name a file.');
    return url;
  }
  const parsed = databaseUrl.safeParse(readSecretFile(file as string));
  if (!parsed.success) throw new ConfigError(`PATCHBAY_DATABASE_URL_FILE: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

const Price = z.number().min(0).max(1_000_000);
const PricesFile = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, { error: 'expected an ISO 4217 code such as EUR' }),
  per_million_tokens: Price.default(0),
  per_call: z
    .record(z.union([z.literal('*'), ToolName]), Price)
    .refine((prices) => Object.keys(prices).length <= 10_000, { error: 'at most 10,000 tools' })
    .default({}),
});

/** @throws ConfigError saying what the file is not. */
function readPrices(path: string): Prices {
  let read: ReturnType<typeof PricesFile.safeParse>;
  try {
    read = PricesFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new ConfigError(`PATCHBAY_AUDIT_PRICES_FILE: ${(cause as Error).message}`);
  }
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ConfigError(`PATCHBAY_AUDIT_PRICES_FILE: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { currency, per_million_tokens: perMillionTokens, per_call: perCall } = read.data;
  return { currency, perMillionTokens, perCall };
}

/** @throws ConfigError naming each variable or file that is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): AuditConfig {
  const base = readBaseConfig('audit', env);
  const values = parseConfig(variables, env);
  const auditMacKeys = new Map(
    [...new Set(Object.values(auditProducers))].map((producer) => [
      producer,
      readKeyFile(join(values.PATCHBAY_AUDIT_MAC_KEYS_DIR, `${producer}.key`)),
    ]),
  );
  if (!auditMacKeys.get('audit')?.equals(base.auditMacKey)) {
    throw new ConfigError(
      'PATCHBAY_AUDIT_MAC_KEY_FILE and audit.key in PATCHBAY_AUDIT_MAC_KEYS_DIR differ: the service would not believe its own records.',
    );
  }
  return {
    ...base,
    databaseUrl: readDatabaseUrl(values.PATCHBAY_DATABASE_URL, values.PATCHBAY_DATABASE_URL_FILE),
    reconcileAfterMs: values.PATCHBAY_AUDIT_RECONCILE_AFTER_MS,
    niceness: values.PATCHBAY_AUDIT_NICENESS,
    auditMacKeys,
    prices: values.PATCHBAY_AUDIT_PRICES_FILE === undefined ? null : readPrices(values.PATCHBAY_AUDIT_PRICES_FILE),
    log: readLogConfig(env, base.mode),
    keeping: readKeepingConfig(env),
  };
}
