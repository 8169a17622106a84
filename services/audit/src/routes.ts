import { PatchbayError, routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { createListUnknown } from './operations/list-unknown.ts';
import type { createQueryAnalytics } from './operations/query-analytics.ts';
import type { createQueryAudit } from './operations/query-audit.ts';

export interface AuditOperations {
  readonly queryAudit: ReturnType<typeof createQueryAudit>;
  readonly queryAnalytics: ReturnType<typeof createQueryAnalytics>;
  readonly listUnknown: ReturnType<typeof createListUnknown>;
  /** Hears of failures whose cause does not reach the caller. */
  readonly onFailure: (error: PatchbayError, where: string) => void;
}

/** Everything the audit service answers on NATS. */
export function auditRoutes({
  queryAudit,
  listUnknown,
  queryAnalytics,
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
    endpoint('queryAnalytics', routes.queryAnalytics, (request) => telling('queryAnalytics', queryAnalytics(request))),
  ];
}
