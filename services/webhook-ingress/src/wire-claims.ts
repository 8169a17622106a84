import type { WebhookScheme } from '@patchbay/webhook-schemes';
import { createRedisClaims } from './adapters/redis-claims.ts';
import type { HookCounts } from './domain/hook-counts.ts';
import { createAcceptEvents } from './operations/accept-events.ts';
import type { FindSource, PersistEvents, Report } from './operations/ports.ts';
import { createRebuildClaims, type ReadHistory } from './operations/rebuild-claims.ts';
import { createSettleLater } from './operations/settle-later.ts';

export interface ClaimParts {
  readonly redisUrl: string;
  readonly stream: PersistEvents & ReadHistory;
  readonly sources: FindSource;
  readonly schemes: ReadonlyMap<string, WebhookScheme>;
  readonly counts: HookCounts;
  readonly report: Report;
}

/** Milliseconds before a start that are read again: what an ingress had published when it was killed, and not promoted. */
const killedMs = 900_000;
/** Milliseconds before Redis went away that are read again. */
const marginMs = 5_000;

/** The parts by which an event is persisted once, whichever process its copies come to. */
export function wireClaims({ redisUrl, stream, sources, schemes, counts, report }: ClaimParts) {
  let started = false;
  const claims = createRedisClaims({
    url: redisUrl,
    onAway: (error) =>
      report('error', 'Redis is away: the stream alone tells webhook events that come again, within ten minutes', {
        err: error,
      }),
    onBack(awaySince) {
      if (started) report('info', 'Redis answers again', { away_since: new Date(awaySince).toISOString() });
      void rebuild.run(awaySince - (started ? marginMs : killedMs));
      started = true;
    },
  });
  const windowHours = (source: string, scheme: string) =>
    Math.max(sources.find(source)?.dedup_window_h ?? 0, schemes.get(scheme)?.dedup.window_h ?? 72);
  const rebuild = createRebuildClaims({
    memory: claims,
    history: stream,
    windowHours,
    longestWindowHours: () => Math.max(72, ...sources.all().map(({ id, scheme }) => windowHours(id, scheme ?? ''))),
    report,
    now: Date.now,
  });
  const later = createSettleLater({ stream, claims });
  const { accept, settled } = createAcceptEvents({
    claims,
    stream,
    later,
    report,
    onClaimsAway: () => {
      counts.withoutClaims++;
    },
  });
  return {
    acceptEvents: accept,
    nextSlot: claims.nextSlot,
    redis: () => claims.report(),
    gauges: () => ({ shared: claims.shared, rebuilding: rebuild.running, inQuestion: later.open }),
    async stop() {
      await settled();
      later.stop();
      rebuild.stop();
      claims.close();
    },
  };
}
