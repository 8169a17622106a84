import { join } from 'node:path';
import { auditProducers } from '@patchbay/contracts';
import { type BaseConfig, ConfigError, parseConfig, readBaseConfig, readKeyFile } from '@patchbay/service-kit';
import { z } from 'zod';

export interface AuditConfig extends BaseConfig {
  /** `postgres://…`, `postgresql://…`, `pglite:<directory>` or `pglite:memory`. May hold a password. Secret. */
  readonly databaseUrl: string;
  /** The MAC key of each producer, 32 bytes. Secret. */
  readonly auditMacKeys: ReadonlyMap<string, Buffer>;
}

const variables = z.object({
  PATCHBAY_DATABASE_URL: z.string().regex(/^(?:postgres(?:ql)?:\/\/.|pglite:.)/, {
    error: 'expected postgres://…, pglite:<directory> or pglite:memory',
  }),
  PATCHBAY_AUDIT_MAC_KEYS_DIR: z.string().min(1),
});

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
  return { ...base, databaseUrl: values.PATCHBAY_DATABASE_URL, auditMacKeys };
}
