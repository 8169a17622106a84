import { generateKeyPairSync } from 'node:crypto';
import { localSigningKey } from '@patchbay/audit-log/proofs';
import { createLogger } from '@patchbay/service-kit';
import type { AuditDatabase } from '../src/adapters/audit-database.ts';
import type { LogConfig } from '../src/log-config.ts';
import { type WiredLog, wireLog } from '../src/wire-log.ts';
import { storeEventsIn } from './use-database.test-support.ts';

export const testLogKey = localSigningKey(generateKeyPairSync('ed25519').privateKey);

/** The log as a process of the service has it, without NATS; it signs when it is told to. */
export function openLog(database: AuditDatabase, changes: Partial<LogConfig> = {}): Promise<WiredLog> {
  return wireLog({
    database,
    config: {
      signer: { kind: 'file', key: testLogKey },
      archive: null,
      witnesses: [],
      installation: null,
      everyMs: 60_000,
      everyEvents: 1_000,
      ...changes,
    },
    log: createLogger({ service: 'audit', instance: 'test', logLevel: 'silent', logFile: null }),
    record: async () => {},
  });
}

/** Stores so many new events of a tenant and answers their ids, in the order of the log. */
export async function addEvents(database: AuditDatabase, tenant: string, count: number): Promise<string[]> {
  return (await storeEventsIn(database, tenant, Array(count).fill({}))).map(({ id }) => id);
}
