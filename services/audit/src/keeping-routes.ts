import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { createBeginExport } from './operations/exports/begin-export.ts';
import type { createListExports } from './operations/exports/list-exports.ts';
import type { createReadExport } from './operations/exports/read-export.ts';
import type { createReplayAudit } from './operations/exports/replay-audit.ts';
import type { createStartExport } from './operations/exports/start-export.ts';
import type { createListHolds } from './operations/holds/list-holds.ts';
import type { createPlaceHold } from './operations/holds/place-hold.ts';
import type { createReleaseHold } from './operations/holds/release-hold.ts';
import type { createListRetention } from './operations/retention/list-retention.ts';
import type { createPurgeExpired } from './operations/retention/purge-expired.ts';
import type { createRemoveRetention } from './operations/retention/remove-retention.ts';
import type { createSetRegime } from './operations/retention/set-regime.ts';
import type { createSetRetention } from './operations/retention/set-retention.ts';
import type { createListSinks } from './operations/sinks/list-sinks.ts';
import type { createPauseSink } from './operations/sinks/pause-sink.ts';
import type { createRemoveSink } from './operations/sinks/remove-sink.ts';
import type { createSetSink } from './operations/sinks/set-sink.ts';

export interface KeepingOperations {
  readonly listRetention: ReturnType<typeof createListRetention>;
  readonly setRetention: ReturnType<typeof createSetRetention>;
  readonly removeRetention: ReturnType<typeof createRemoveRetention>;
  readonly setRegime: ReturnType<typeof createSetRegime>;
  readonly purgeExpired: ReturnType<typeof createPurgeExpired>;
  readonly placeHold: ReturnType<typeof createPlaceHold>;
  readonly listHolds: ReturnType<typeof createListHolds>;
  readonly releaseHold: ReturnType<typeof createReleaseHold>;
  readonly beginExport: ReturnType<typeof createBeginExport>;
  readonly readExport: ReturnType<typeof createReadExport>;
  readonly startExport: ReturnType<typeof createStartExport>;
  readonly listExports: ReturnType<typeof createListExports>;
  readonly replayAudit: ReturnType<typeof createReplayAudit>;
  readonly listSinks: ReturnType<typeof createListSinks>;
  readonly setSink: ReturnType<typeof createSetSink>;
  readonly removeSink: ReturnType<typeof createRemoveSink>;
  readonly pauseSink: ReturnType<typeof createPauseSink>;
}

type Telling = <T>(name: string, work: Promise<T>) => Promise<T>;

/** What the service answers about how the log is kept and handed out. */
export function keepingRoutes(operations: KeepingOperations, telling: Telling): readonly AnyEndpoint[] {
  const context = ({ traceparent }: { readonly traceparent: string | null }) => ({ traceId: traceIdOf(traceparent) });
  const { listRetention, listHolds, readExport, listExports, listSinks } = operations;
  return [
    endpoint('listRetention', routes.listRetention, (request) => telling('listRetention', listRetention(request))),
    endpoint('setRetention', routes.setRetention, (request, from) =>
      telling('setRetention', operations.setRetention(request, context(from))),
    ),
    endpoint('removeRetention', routes.removeRetention, (request, from) =>
      telling('removeRetention', operations.removeRetention(request, context(from))),
    ),
    endpoint('setRegime', routes.setRegime, (request, from) =>
      telling('setRegime', operations.setRegime(request, context(from))),
    ),
    endpoint('purgeExpired', routes.purgeExpired, (request, from) =>
      telling('purgeExpired', operations.purgeExpired(request, context(from))),
    ),
    endpoint('placeHold', routes.placeHold, (request, from) =>
      telling('placeHold', operations.placeHold(request, context(from))),
    ),
    endpoint('listHolds', routes.listHolds, (request) => telling('listHolds', listHolds(request))),
    endpoint('releaseHold', routes.releaseHold, (request, from) =>
      telling('releaseHold', operations.releaseHold(request, context(from))),
    ),
    endpoint('beginExport', routes.beginExport, (request, from) =>
      telling('beginExport', operations.beginExport(request, context(from))),
    ),
    endpoint('readExport', routes.readExport, (request) => telling('readExport', readExport(request))),
    endpoint('startExport', routes.startExport, (request, from) =>
      telling('startExport', operations.startExport(request, context(from))),
    ),
    endpoint('listExports', routes.listExports, (request) => telling('listExports', listExports(request))),
    endpoint('replayAudit', routes.replayAudit, (request, from) =>
      telling('replayAudit', operations.replayAudit(from.values.tenant as string, request, context(from))),
    ),
    endpoint('listSinks', routes.listSinks, (request) => telling('listSinks', listSinks(request))),
    endpoint('setSink', routes.setSink, (request, from) =>
      telling('setSink', operations.setSink(request, context(from))),
    ),
    endpoint('removeSink', routes.removeSink, (request, from) =>
      telling('removeSink', operations.removeSink(request, context(from))),
    ),
    endpoint('pauseSink', routes.pauseSink, (request, from) =>
      telling('pauseSink', operations.pauseSink(request, context(from))),
    ),
  ];
}
