import type { AuditRecorder } from '@patchbay/audit-log';
import { auditConsumer } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { createLogger } from '@patchbay/service-kit';
import type { AuditDatabase } from './adapters/audit-database.ts';
import { createPostgresReconciliation } from './adapters/postgres-reconciliation.ts';
import { createReconcileExecutions } from './operations/reconcile-executions.ts';
import { repeatedly } from './repeatedly.ts';

export interface ReconciliationParts {
  readonly database: AuditDatabase;
  readonly messaging: Pick<Messaging, 'streamBounds' | 'durableState'>;
  readonly recorder: AuditRecorder;
  readonly log: ReturnType<typeof createLogger>;
  /** Age from which an intent without an outcome is declared unknown, in milliseconds. */
  readonly afterMs: number;
}

/** Most milliseconds between two rounds. */
const mostMs = 30_000;

/** Reconciles executions every half minute, or oftener where they are given less time. @returns how to end it. */
export function startReconciliation({
  database,
  messaging,
  recorder,
  log,
  afterMs,
}: ReconciliationParts): () => Promise<void> {
  const reconcile = createReconcileExecutions(
    {
      now: Date.now,
      elapsed: () => performance.now(),
      async readProgress() {
        const { last } = await messaging.streamBounds(auditConsumer.stream);
        const durable = await messaging.durableState(auditConsumer.stream, auditConsumer.durable);
        return { newest: last, storedUpTo: durable?.doneUpTo ?? 0 };
      },
      ...createPostgresReconciliation(database),
      record: (entry) => recorder.record(entry),
      report: (declared, superseded) =>
        log.warn({ declared, superseded }, 'Executions without an outcome were declared unknown, or had one after all'),
    },
    afterMs,
  );
  const everyMs = Math.min(mostMs, Math.max(250, afterMs / 6));
  const rounds = repeatedly(reconcile, {
    idleMs: everyMs,
    onError: (err) => log.warn({ err }, 'Executions were not reconciled: it is tried again'),
  });
  return () => rounds.stop();
}
