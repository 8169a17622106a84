import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { createListCheckpoints } from './operations/log/list-checkpoints.ts';
import type { createProveConsistency } from './operations/log/prove-consistency.ts';
import type { createProveInclusion } from './operations/log/prove-inclusion.ts';
import type { createReadLogKey } from './operations/log/read-log-key.ts';

export interface LogOperations {
  readonly listCheckpoints: ReturnType<typeof createListCheckpoints>;
  readonly proveInclusion: ReturnType<typeof createProveInclusion>;
  readonly proveConsistency: ReturnType<typeof createProveConsistency>;
  readonly readLogKey: ReturnType<typeof createReadLogKey>;
}

/** What the audit service answers of its tenants' logs. `telling` hears of failures whose cause does not reach the caller. */
export function logRoutes(
  { listCheckpoints, proveInclusion, proveConsistency, readLogKey }: LogOperations,
  telling: <T>(name: string, work: Promise<T>) => Promise<T>,
): readonly AnyEndpoint[] {
  return [
    endpoint('listCheckpoints', routes.listCheckpoints, (request) =>
      telling('listCheckpoints', listCheckpoints(request)),
    ),
    endpoint('proveInclusion', routes.proveInclusion, (request, { traceparent }) =>
      telling('proveInclusion', proveInclusion(request, { traceId: traceIdOf(traceparent) })),
    ),
    endpoint('proveConsistency', routes.proveConsistency, (request) =>
      telling('proveConsistency', proveConsistency(request)),
    ),
    endpoint('readLogKey', routes.readLogKey, (request) => telling('readLogKey', readLogKey(request))),
  ];
}
