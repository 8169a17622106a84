import { PatchbayError, routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { createQueryAudit } from './operations/query-audit.ts';

export interface AuditOperations {
  readonly queryAudit: ReturnType<typeof createQueryAudit>;
  /** Hears of failures whose cause does not reach the caller. */
  readonly onFailure: (error: PatchbayError, where: string) => void;
}

/** Everything the audit service answers on NATS. */
export function auditRoutes({ queryAudit, onFailure }: AuditOperations): readonly AnyEndpoint[] {
  return [
    endpoint('queryAudit', routes.queryAudit, async (query, { traceparent }) => {
      try {
        return await queryAudit(query, { traceId: traceIdOf(traceparent) });
      } catch (error) {
        if (error instanceof PatchbayError && error.cause !== undefined) onFailure(error, 'queryAudit');
        throw error;
      }
    }),
  ];
}
