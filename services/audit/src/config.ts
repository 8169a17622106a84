import { join } from 'node:path';
import { auditProducers } from '@patchbay/contracts';
import {
  type BaseConfig,
  ConfigError,
  parseConfig,
  readBaseConfig,
  readKeyFile,
  readSecretFile,
} from '@patchbay/service-kit';
import { z } from 'zod';

export interface AuditConfig extends BaseConfig {
  /** `postgres://…`, `postgresql://…`, `pglite:<directory>` or `pglite:memory`. May hold a password. Secret. */
  readonly databaseUrl: string;
  /** Scheduling priority of a process of its own, 0 (as any other) to 19 (last). */
  readonly niceness: number;
  /** The MAC key of each producer, 32 bytes. Secret. */
  readonly auditMacKeys: ReadonlyMap<string, Buffer>;
}

const databaseUrl = z.string().regex(/^(?:postgres(?:ql)?:\/\/.|pglite:.)/, {
  error: 'expected postgres://…, pglite:<directory> or pglite:memory',
});

const variables = z.object({
  PATCHBAY_DATABASE_URL: databaseUrl.optional(),
  /** A file, for a URL that carries a password. */
  PATCHBAY_DATABASE_URL_FILE: z.string().optional(),
  PATCHBAY_AUDIT_MAC_KEYS_DIR: z.string().min(1),
  PATCHBAY_AUDIT_NICENESS: z.coerce.number().int().min(0).max(19).default(10),
});

function readDatabaseUrl(url: string | undefined, file: string | undefined): string {
  if ((url === undefined) === (file === undefined)) {
    throw new ConfigError('Set exactly one of PATCHBAY_DATABASE_URL and PATCHBAY_DATABASE_URL_FILE.');
  }
  if (url !== undefined) return url;
  const parsed = databaseUrl.safeParse(readSecretFile(file as string));
  if (!parsed.success) throw new ConfigError(`PATCHBAY_DATABASE_URL_FILE: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
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
    niceness: values.PATCHBAY_AUDIT_NICENESS,
    auditMacKeys,
  };
}
