import { setPriority } from 'node:os';
import { createAuditRecorder, verifyAuditMac } from '@patchbay/audit-log';
import { auditConsumer, inboxPrefixOf } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import { createLogger, type RunningService, runMain, selfReport, stopInOrder } from '@patchbay/service-kit';
import { openAuditDatabase } from './adapters/audit-database.ts';
import { type AuditCounters, createLogStoreReport, newCounters } from './adapters/log-store-report.ts';
import { createPostgresAuditStore } from './adapters/postgres-audit-store.ts';
import { createPostgresEventPages } from './adapters/postgres-event-pages.ts';
import { createPostgresExportLog } from './adapters/postgres-export-log.ts';
import { createHoldsOn } from './adapters/postgres-holds-on.ts';
import { createPostgresOpenIntents } from './adapters/postgres-open-intents.ts';
import { createPostgresStoredEvents } from './adapters/postgres-stored-events.ts';
import { createPostgresUsage } from './adapters/postgres-usage.ts';
import { prepareDatabase } from './adapters/prepare-database.ts';
import { createReportAuditStore } from './adapters/report-audit-store.ts';
import { readTenantMessages, toStreamHandler } from './adapters/stream-batches.ts';
import { type AuditConfig, readConfig } from './config.ts';
import type { VerifyMac } from './domain/check-message.ts';
import { createCopyAuditDatabase } from './operations/copy-audit-database.ts';
import { createListUnknown } from './operations/list-unknown.ts';
import { createQueryAnalytics } from './operations/query-analytics.ts';
import { createQueryAudit, type RecordAudit } from './operations/query-audit.ts';
import { createStoreAuditBatch } from './operations/store-audit-batch.ts';
import { createVerifyAudit } from './operations/verify-audit.ts';
import { auditRoutes } from './routes.ts';
import { wireKeeping } from './wire-keeping.ts';
import { wireLog } from './wire-log.ts';
import { startReconciliation } from './wire-reconciliation.ts';
import { subjectEndpoints } from './wire-subjects.ts';

export type { AuditConfig } from './config.ts';
export { readConfig };

export interface AuditService extends RunningService {
  readonly counters: Readonly<AuditCounters>;
}

/**
 * Messages of one batch, and the milliseconds in which they gather: nobody waits for an event to reach the store, and one
 * statement for many costs far less than one for each. A backlog goes at full speed.
 */
const maxMessages = 500;
const gatherMs = 250;

export async function startAudit(config: AuditConfig): Promise<AuditService> {
  const log = createLogger({ ...config, service: 'audit' });
  const counters = newCounters();
  const stops: (() => Promise<unknown>)[] = [];
  const stop = stopInOrder([() => stopInOrder([...stops].reverse())()]);
  try {
    const database = await openAuditDatabase(config.databaseUrl, {
      onIdleError: (err) => log.warn({ err }, 'A database connection was lost'),
    });
    stops.push(() => database.close());
    await prepareDatabase(database, log);

    const messaging = await connectMessaging({
      servers: config.natsUrls,
      seed: config.nkeySeed,
      name: config.instance,
      inboxPrefix: inboxPrefixOf('audit'),
      onStatus: (status) => log.info(status, 'NATS connection'),
    });
    stops.push(() => messaging.close());
    const recorder = createAuditRecorder({
      messaging,
      producer: 'audit',
      instance: config.instance,
      macKey: config.auditMacKey,
      spool: config.auditSpool ?? null,
      log,
    });
    stops.push(() => recorder.close());

    const verify: VerifyMac = (message) => verifyAuditMac(config.auditMacKeys, message);
    const storeAuditBatch = createStoreAuditBatch({
      verify,
      store: createPostgresAuditStore(database),
      report: createLogStoreReport(log, counters),
    });
    const { stream, durable } = auditConsumer;
    const consumer = await messaging.consume(stream, durable, {
      maxMessages,
      gatherMs,
      onBatch: toStreamHandler(storeAuditBatch),
      onError: (err) => log.error({ alert: 'audit_consumer', err }, 'Storing a batch failed unexpectedly'),
    });
    stops.push(() => consumer.stop());
    stops.push(startReconciliation({ database, messaging, recorder, log, afterMs: config.reconcileAfterMs }));

    const reading = {
      now: Date.now,
      readPage: createPostgresEventPages(database),
      readOpenIntents: createPostgresOpenIntents(database),
      record: (entry: Parameters<RecordAudit>[0]) => recorder.record(entry),
    };
    const wiredLog = await wireLog({ database, config: config.log, log, record: reading.record });
    stops.push(() => wiredLog.close());
    const keeping = wireKeeping({
      database,
      messaging,
      config: config.keeping,
      log,
      record: reading.record,
      exportLog: createPostgresExportLog(database, wiredLog),
      ticketKey: config.auditMacKey,
    });
    stops.push(() => keeping.close());
    const operations = {
      log: wiredLog.operations,
      keeping: keeping.operations,
      queryAudit: createQueryAudit(reading),
      listUnknown: createListUnknown(reading),
      copyAuditDatabase: createCopyAuditDatabase({ copy: database.copy }),
      verifyAudit: createVerifyAudit({
        ...reading,
        verify,
        // Where nobody brings anything any more, nothing is on its way.
        readStoredUpTo: async () =>
          (await messaging.durableState(stream, durable))?.doneUpTo ?? Number.POSITIVE_INFINITY,
        readMessages: readTenantMessages(messaging),
        readBounds: () => messaging.streamBounds(stream),
        verifyLog: wiredLog.verifyLog,
        ...createPostgresStoredEvents(database),
      }),
      queryAnalytics: createQueryAnalytics({
        record: reading.record,
        now: Date.now,
        ...createPostgresUsage(database, config.prices),
        prices: config.prices,
      }),
      onFailure: (err: Error, where: string) => log.warn({ err, where }, 'A request failed'),
    };
    const reportStore = createReportAuditStore(database, messaging, counters);
    const served = await messaging.serve(
      {
        name: 'audit',
        version: '0.1.0',
        description: 'Stores audit events and answers queries',
        status: selfReport(config, async () => ({ audit_store: await reportStore() })),
        onError: (err, where) => log.error({ err, where }, 'A request failed unexpectedly'),
      },
      [
        ...auditRoutes(operations),
        ...subjectEndpoints({ ...reading, database, messaging, signing: wiredLog, holdsOn: createHoldsOn(database) }),
      ],
    );
    stops.push(() => served.stop());
    wiredLog.start();
    log.info({ nats: messaging.serverVersion }, 'The audit service is up');

    return { name: 'audit', isReady: () => messaging.connected, stop, counters };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

if (import.meta.main) {
  await runMain(() => {
    const config = readConfig();
    // Storing what is on the stream already must not take the processor from calls under way; it catches up after them.
    setPriority(config.niceness);
    return startAudit(config);
  });
}
