import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FoundEvents, NewEvent } from './event-facts.ts';
import { type Claim, type ClaimEvents, NotPersisted, type PersistEvents, type Report } from './ports.ts';
import type { SettleLater } from './settle-later.ts';

export interface AcceptEventsPorts {
  readonly claims: ClaimEvents;
  readonly stream: PersistEvents;
  readonly later: SettleLater;
  readonly report: Report;
  /** Redis did not answer: events go by the stream's own window alone, until it does. */
  readonly onClaimsAway: (error: unknown) => void;
}

/** What became of the events of one request. Everything is persisted unless `doubtful`. */
export interface Accepted {
  readonly accepted: readonly NewEvent[];
  readonly duplicates: number;
  /** Events that are not known to be persisted: the request is to come again. */
  readonly doubtful: number;
}

export interface AcceptEvents {
  accept(found: FoundEvents): Promise<Accepted>;
  /** Claims of what is persisted have been made to last. */
  settled(): Promise<void>;
}

/** Milliseconds that a copy waits for the first one to be persisted, before it is told to come again. */
const waitForFirstMs = 2_000;
/** Milliseconds between two looks. */
const lookMs = { first: 10, most: 100 };

/**
 * Persists the events of a verified request, each once, whichever process and however often it comes: (1) claim each for a
 * short while, (2) publish those that are ours and wait for the stream, (3) make the claims last, or give them back. What
 * others have claimed is waited for. A request is only to be acknowledged when nothing of it is doubtful.
 */
export function createAcceptEvents(ports: AcceptEventsPorts): AcceptEvents {
  const promoting = new Set<Promise<void>>();
  const beside = (work: Promise<void>) => {
    promoting.add(work);
    void work.finally(() => promoting.delete(work));
  };

  async function accept({ events, request }: FoundEvents): Promise<Accepted> {
    const token = randomUUID();
    const giveUpAt = performance.now() + waitForFirstMs;
    const accepted: NewEvent[] = [];
    let [open, duplicates, doubtful, pauseMs] = [events, 0, 0, lookMs.first];
    let whole: Promise<void> | null = null;
    const keepWhole = (first: NewEvent) => {
      const { tenant, source, request: from } = first.event;
      whole ??= request === null ? Promise.resolve() : ports.stream.keepRequest(tenant, source, from.id, request);
      return whole;
    };
    for (;;) {
      const claims = await claimAll(ports, open, token);
      const verdicts = await Promise.all(
        open.map(async (one, at): Promise<'accepted' | 'duplicate' | 'doubtful' | 'pending'> => {
          const claim = claims?.[at] ?? null;
          if (claim === 'duplicate' || claim === 'pending') return claim;
          return persist(ports, one, claim === null ? null : token, keepWhole, beside);
        }),
      );
      accepted.push(...open.filter((_, at) => verdicts[at] === 'accepted'));
      duplicates += verdicts.filter((verdict) => verdict === 'duplicate').length;
      doubtful += verdicts.filter((verdict) => verdict === 'doubtful').length;
      open = open.filter((_, at) => verdicts[at] === 'pending');
      if (open.length === 0) return { accepted, duplicates, doubtful };
      if (performance.now() >= giveUpAt) return { accepted, duplicates, doubtful: doubtful + open.length };
      await delay(pauseMs);
      pauseMs = Math.min(2 * pauseMs, lookMs.most);
    }
  }
  return { accept, settled: async () => void (await Promise.all(promoting)) };
}

/** Null when nobody can say: then the stream's window alone tells duplicates. */
async function claimAll(
  { claims, onClaimsAway }: AcceptEventsPorts,
  events: readonly NewEvent[],
  token: string,
): Promise<(Claim | null)[] | null> {
  const claimed = events.filter(({ claim }) => claim !== null);
  if (claimed.length === 0) return null;
  try {
    const verdicts = await claims.claim(
      claimed.map(({ claim }) => claim as NonNullable<typeof claim>),
      token,
    );
    return events.map((one) => (one.claim === null ? null : (verdicts[claimed.indexOf(one)] ?? null)));
  } catch (error) {
    onClaimsAway(error);
    return null;
  }
}

async function persist(
  { stream, claims, later, report, onClaimsAway }: AcceptEventsPorts,
  one: NewEvent,
  token: string | null,
  keepWhole: (first: NewEvent) => Promise<void>,
  beside: (work: Promise<void>) => void,
): Promise<'accepted' | 'duplicate' | 'doubtful'> {
  const { event, payload, claim } = one;
  const promote = async () => {
    if (claim !== null && token !== null) await claims.promote(claim, token, event.id).catch(onClaimsAway);
  };
  const release = async () => {
    if (claim !== null && token !== null) await claims.release(claim, token).catch(onClaimsAway);
  };
  try {
    await keepWhole(one);
  } catch (error) {
    report('warn', 'a webhook request could not be kept', { source: event.source, err: error });
    await release();
    return 'doubtful';
  }
  try {
    const { duplicate } = await stream.publish(event, payload);
    // It is persisted: the answer need not wait. Copies that come meanwhile find it claimed, and wait.
    beside(promote());
    return duplicate ? 'duplicate' : 'accepted';
  } catch (error) {
    report('warn', 'a webhook event could not be persisted', { source: event.source, event: event.id, err: error });
    if (error instanceof NotPersisted) await release();
    // The stream may have it all the same. Until that is known nobody else may persist it under another id.
    else later.settle(one, token, { promote, release });
    return 'doubtful';
  }
}
