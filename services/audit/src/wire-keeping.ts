import { randomUUID } from 'node:crypto';
import { streams } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { Logger } from '@patchbay/service-kit';
import type { AuditDatabase } from './adapters/audit-database.ts';
import { createPostgresExportJobs } from './adapters/postgres-export-jobs.ts';
import { createPostgresHolds } from './adapters/postgres-holds.ts';
import { createPostgresLogRecords } from './adapters/postgres-log-records.ts';
import { createPostgresPurge } from './adapters/postgres-purge.ts';
import { createPostgresRetention } from './adapters/postgres-retention.ts';
import { createS3Objects } from './adapters/s3-objects.ts';
import type { KeepingConfig } from './keeping-config.ts';
import type { KeepingOperations } from './keeping-routes.ts';
import { createBeginExport } from './operations/exports/begin-export.ts';
import { createListExports } from './operations/exports/list-exports.ts';
import type { ExportLog } from './operations/exports/ports.ts';
import { createReadExport } from './operations/exports/read-export.ts';
import { createReplayAudit } from './operations/exports/replay-audit.ts';
import { createRunExports } from './operations/exports/run-exports.ts';
import { createStartExport } from './operations/exports/start-export.ts';
import { createListHolds } from './operations/holds/list-holds.ts';
import { createPlaceHold } from './operations/holds/place-hold.ts';
import { createReleaseHold } from './operations/holds/release-hold.ts';
import type { RecordAudit } from './operations/query-audit.ts';
import type { ActPorts } from './operations/recorded-act.ts';
import { createListRetention } from './operations/retention/list-retention.ts';
import { createPurgeAll } from './operations/retention/purge-all.ts';
import { createPurgeExpired } from './operations/retention/purge-expired.ts';
import { createRemoveRetention } from './operations/retention/remove-retention.ts';
import { createSetRegime } from './operations/retention/set-regime.ts';
import { createSetRetention } from './operations/retention/set-retention.ts';
import { repeatedly } from './repeatedly.ts';
import { wireSinks } from './wire-sinks.ts';

export interface KeepingWiring {
  readonly database: AuditDatabase;
  readonly messaging: Messaging;
  readonly config: KeepingConfig;
  readonly log: Logger;
  readonly record: RecordAudit;
  readonly exportLog: ExportLog;
  /** Every process of the service has it. Secret. */
  readonly ticketKey: Buffer;
}

const hourMs = 3_600_000;
const lookForExportsMs = 5_000;

/** How the log is kept and handed out: retention, holds, exports and sinks. */
export function wireKeeping({ database, messaging, config, log, record, exportLog, ticketKey }: KeepingWiring): {
  readonly operations: KeepingOperations;
  close(): Promise<void>;
} {
  const act: ActPorts = {
    record,
    onUnrecorded: (name, err) =>
      log.error({ act: name, err }, 'The outcome of an act was not recorded; its intent was'),
  };
  const onAltered = (tenant: string, index: number) =>
    log.error({ alert: 'audit_record_altered', tenant, index }, 'A stored event is not what its leaf says');
  const now = Date.now;
  let stopping = false;

  const retention = createPostgresRetention(database);
  const holds = createPostgresHolds(database);
  const purge = createPostgresPurge(database);
  const purgeExpired = createPurgeExpired({ ...act, ...retention, ...purge, now });
  const purgeAll = createPurgeAll({
    now,
    tenants: purge.tenants,
    purgeExpired,
    onPurged: (tenant, purged, held) => log.info({ tenant, purged, held }, 'Events past their time were purged'),
    stopping: () => stopping,
  });
  const purging = repeatedly(() => purgeAll.run().then(() => false), {
    idleMs: hourMs,
    onError: (err) => log.warn({ err }, 'Purging failed; it is tried again in an hour'),
  });

  const readPlaces = createPostgresLogRecords(database);
  const jobs = createPostgresExportJobs(database);
  const { exportsLocation, s3Endpoint } = config;
  const objects =
    exportsLocation === null ? null : createS3Objects({ location: exportsLocation, endpoint: s3Endpoint });
  const exporting =
    objects === null
      ? null
      : repeatedly(
          createRunExports({
            log: exportLog,
            onAltered,
            ...jobs,
            objects,
            owner: randomUUID(),
            now,
            random: Math.random,
            onFailed: ({ id, tenant }, err) => log.warn({ export: id, tenant, err }, 'An export did not get through'),
            stopping: () => stopping,
          }),
          { idleMs: lookForExportsMs, onError: (err) => log.warn({ err }, 'Looking for exports failed') },
        );
  const sinks = wireSinks({ database, messaging, config, log, act, readPlaces, onAltered });

  return {
    operations: {
      listRetention: createListRetention(retention),
      setRetention: createSetRetention({ ...act, ...retention, now }),
      removeRetention: createRemoveRetention({ ...act, ...retention }),
      setRegime: createSetRegime({ ...act, ...retention }),
      purgeExpired,
      placeHold: createPlaceHold({ ...act, ...holds, now }),
      listHolds: createListHolds(holds),
      releaseHold: createReleaseHold({ ...act, ...holds, now, onReleased: purgeAll.lookAgain }),
      beginExport: createBeginExport({ log: exportLog, record, now, ticketKey }),
      readExport: createReadExport({ log: exportLog, onAltered, now, ticketKey }),
      startExport: createStartExport({
        log: exportLog,
        record,
        now,
        add: jobs.add,
        objects,
        onAdded: () => exporting?.wake(),
      }),
      listExports: createListExports(jobs),
      replayAudit: createReplayAudit({
        record,
        pushMessages: (tenant, after, deliverTo) =>
          messaging.pushStream(streams.audit.name, { filter: `audit.v1.${tenant}.*`, after, deliverTo }),
      }),
      ...sinks.operations,
    },
    async close() {
      stopping = true;
      await Promise.all([purging.stop(), exporting?.stop(), sinks.close()]);
      objects?.close();
    },
  };
}
