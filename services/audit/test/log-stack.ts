import { generateKeyPairSync } from 'node:crypto';
import { verifyAuditMac } from '@patchbay/audit-log';
import { localSigningKey } from '@patchbay/audit-log/proofs';
import { createLogger } from '@patchbay/service-kit';
import type { AuditDatabase } from '../src/adapters/audit-database.ts';
import { createPostgresAuditStore } from '../src/adapters/postgres-audit-store.ts';
import type { LogConfig } from '../src/log-config.ts';
import { createStoreAuditBatch } from '../src/operations/store-audit-batch.ts';
import { type WiredLog, wireLog } from '../src/wire-log.ts';
import { auditEvent, auditMessage, testMacKeys } from './audit-event.fixture.ts';

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
  const events = Array.from({ length: count }, () => auditEvent({ tenant }));
  const store = createStoreAuditBatch({
    verify: (message) => verifyAuditMac(testMacKeys, message),
    store: createPostgresAuditStore(database),
    report: { stored() {}, quarantined() {}, unkept() {}, unavailable() {} },
  });
  const verdict = await store([auditMessage(events, { tenant })]);
  if (!verdict.ack) throw new Error('the events were not stored');
  return events.map(({ id }) => id);
}
