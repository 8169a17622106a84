import type { SigningKey } from '@patchbay/audit-log/proofs';
import { everyTenant } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import type { Logger } from '@patchbay/service-kit';
import type { AuditDatabase } from './adapters/audit-database.ts';
import { makePartitions } from './adapters/audit-partitions.ts';
import { openAwsKmsSigningKey } from './adapters/aws-kms-signing-key.ts';
import { createDirectoryCheckpointArchive } from './adapters/directory-checkpoint-archive.ts';
import { createHttpWitness } from './adapters/http-witness.ts';
import { createLogReport } from './adapters/log-report.ts';
import { createPostgresCheckpoints } from './adapters/postgres-checkpoints.ts';
import { createOriginOf, OtherInstallation } from './adapters/postgres-installation.ts';
import { createPostgresLogTree } from './adapters/postgres-log-tree.ts';
import { createFindLogged, createReadLog } from './adapters/postgres-logged-events.ts';
import { createS3CheckpointArchive } from './adapters/s3-checkpoint-archive.ts';
import type { LogConfig } from './log-config.ts';
import type { LogOperations } from './log-routes.ts';
import { createKeepSigning } from './operations/log/keep-signing.ts';
import { createListCheckpoints } from './operations/log/list-checkpoints.ts';
import type { CheckpointArchive, CheckpointStore, LogTree } from './operations/log/ports.ts';
import { createProveConsistency } from './operations/log/prove-consistency.ts';
import { createProveInclusion } from './operations/log/prove-inclusion.ts';
import { createReadLogKey } from './operations/log/read-log-key.ts';
import { createSignCheckpoint } from './operations/log/sign-checkpoint.ts';
import { createSignSize } from './operations/log/sign-size.ts';
import { createVerifyLog } from './operations/log/verify-log.ts';
import type { RecordAudit } from './operations/query-audit.ts';
import { type Repeated, repeatedly } from './repeatedly.ts';

export interface LogWiring {
  readonly database: AuditDatabase;
  readonly config: LogConfig;
  readonly log: Logger;
  readonly record: RecordAudit;
}

export interface WiredLog {
  readonly operations: LogOperations;
  readonly verifyLog: ReturnType<typeof createVerifyLog>;
  readonly tree: LogTree;
  readonly checkpoints: CheckpointStore;
  /** Signs in the name of the log, too, what else an auditor has to believe. */
  readonly key: SigningKey;
  readonly originOf: (tenant: string) => Promise<string>;
  readonly sign: ReturnType<typeof createSignCheckpoint>;
  readonly signSize: ReturnType<typeof createSignSize>;
  /** One round of signing and keeping, as goes on by itself from `start` on. */
  readonly keepSigning: () => Promise<void>;
  start(): void;
  close(): Promise<void>;
}

/** Milliseconds between two looks for what is due: a busy tenant's thousand events come that fast. */
const lookMs = 2_000;
const hourMs = 3_600_000;

/** The tenants' logs: checkpoints that are signed, witnessed and kept outside, and proofs. @throws OtherInstallation */
export async function wireLog({ database, config, log, record }: LogWiring): Promise<WiredLog> {
  const signer = await openSigner(config.signer);
  const archive = openArchive(config.archive);
  const egress = createEgress({
    trustedOrigins: config.witnesses.map((url) => new URL(url).origin),
    onRefused: (refusal) => log.warn({ refusal }, 'egress refused'),
  });
  const tree = createPostgresLogTree(database);
  const checkpoints = createPostgresCheckpoints(database);
  const originOf = createOriginOf(database, config.installation);
  await originOf(everyTenant).catch((error: unknown) => {
    if (error instanceof OtherInstallation) throw error; // one that is only away is asked again
  });
  const ports = { tree, checkpoints, archive, key: signer.key, originOf };
  const sign = createSignCheckpoint(ports);
  const keepSigning = createKeepSigning({
    ...ports,
    sign,
    witnesses: config.witnesses.map((url) => createHttpWitness(egress, url)),
    report: createLogReport(log),
    everyMs: config.everyMs,
    everyEvents: config.everyEvents,
  });
  const repeated: Repeated[] = [];
  return {
    operations: {
      listCheckpoints: createListCheckpoints(ports),
      proveInclusion: createProveInclusion({ ...ports, sign, record, findLogged: createFindLogged(database) }),
      proveConsistency: createProveConsistency(ports),
      readLogKey: createReadLogKey(ports),
    },
    verifyLog: createVerifyLog({ ...ports, readLog: createReadLog(database) }),
    tree,
    checkpoints,
    key: signer.key,
    originOf,
    sign,
    signSize: createSignSize(ports),
    keepSigning,
    start() {
      const onError = (err: unknown) => log.warn({ err }, 'Looking after the tenants’ logs failed; it is tried again');
      repeated.push(repeatedly(keepSigning, { idleMs: lookMs, onError }));
      repeated.push(repeatedly(() => makePartitions(database, Date.now()), { idleMs: hourMs, onError }));
    },
    async close() {
      await Promise.all(repeated.map((one) => one.stop()));
      await egress.close();
      archive?.close();
      signer.close();
    },
  };
}

async function openSigner(signer: LogConfig['signer']): Promise<{ readonly key: SigningKey; close(): void }> {
  if (signer.kind === 'file') return { key: signer.key, close() {} };
  const key = await openAwsKmsSigningKey(signer);
  return { key, close: () => key.close() };
}

function openArchive(archive: LogConfig['archive']): (CheckpointArchive & { close(): void }) | null {
  switch (archive?.kind) {
    case undefined:
      return null;
    case 'directory':
      return { ...createDirectoryCheckpointArchive(archive.path), close() {} };
    case 's3':
      return createS3CheckpointArchive(archive);
  }
}
