import { PatchbayError, routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import { type KeepingOperations, keepingRoutes } from './keeping-routes.ts';
import { type LogOperations, logRoutes } from './log-routes.ts';
import type { createCopyAuditDatabase } from './operations/copy-audit-database.ts';
import type { createListUnknown } from './operations/list-unknown.ts';
import type { createQueryAnalytics } from './operations/query-analytics.ts';
import type { createQueryAudit } from './operations/query-audit.ts';
import type { createVerifyAudit } from './operations/verify-audit.ts';

export interface AuditOperations {
  readonly queryAudit: ReturnType<typeof createQueryAudit>;
  readonly verifyAudit: ReturnType<typeof createVerifyAudit>;
  readonly queryAnalytics: ReturnType<typeof createQueryAnalytics>;
  readonly listUnknown: ReturnType<typeof createListUnknown>;
  readonly copyAuditDatabase: ReturnType<typeof createCopyAuditDatabase>;
  readonly log: LogOperations;
  readonly keeping: KeepingOperations;
  /** Hears of failures whose cause does not reach the caller. */
  readonly onFailure: (error: PatchbayError, where: string) => void;
}

/** Everything the audit service answers on NATS. */
export function auditRoutes({
  queryAudit,
  listUnknown,
  copyAuditDatabase,
  verifyAudit,
  queryAnalytics,
  log,
  keeping,
  onFailure,
}: AuditOperations): readonly AnyEndpoint[] {
  const telling = async <T>(name: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof PatchbayError && error.cause !== undefined) onFailure(error, name);
      throw error;
    }
  };
  return [
    endpoint('queryAudit', routes.queryAudit, (query, { traceparent }) =>
      telling('queryAudit', queryAudit(query, { traceId: traceIdOf(traceparent) })),
    ),
    endpoint('listUnknown', routes.listUnknown, (request, { traceparent }) =>
      telling('listUnknown', listUnknown(request, { traceId: traceIdOf(traceparent) })),
    ),
    endpoint('verifyAudit', routes.verifyAudit, (request, { traceparent }) =>
      telling('verifyAudit', verifyAudit(request, { traceId: traceIdOf(traceparent) })),
    ),
    endpoint('copyAuditDatabase', routes.copyAuditDatabase, () => telling('copyAuditDatabase', copyAuditDatabase())),
    endpoint('queryAnalytics', routes.queryAnalytics, (request) => telling('queryAnalytics', queryAnalytics(request))),
    ...logRoutes(log, telling),
    ...keepingRoutes(keeping, telling),
  ];
}
