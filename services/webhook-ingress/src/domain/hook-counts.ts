import { LatencyHistogram } from '@patchbay/contracts';

/** How requests can end. A closed list, as are the reasons of what is rejected. */
export type HookEnd = 'accepted' | 'captured' | 'challenge' | 'rejected' | 'unavailable' | 'unknown_source';

export interface HookSeries {
  readonly end: HookEnd;
  /** Why it was rejected; null for every other end. */
  readonly reason: string | null;
  count: number;
}

/** What the ingress counts of requests and events. Labels come from closed lists: never a source, a tenant or a type. */
export class HookCounts {
  readonly requests = new Map<string, HookSeries>();
  /** From the first byte to the answer, of every request to a source. */
  readonly durations = new LatencyHistogram();
  /** Events that were persisted, and further copies of such. */
  readonly events = { accepted: 0, duplicate: 0 };
  /** Times that events were persisted without asking Redis. */
  withoutClaims = 0;
  /** Requests turned away because too many were in hand. */
  shed = 0;
  readonly startedAt: number;

  constructor(now: number) {
    this.startedAt = now;
  }

  count(end: HookEnd, reason: string | null = null): void {
    const key = `${end} ${reason ?? ''}`;
    const series = this.requests.get(key);
    if (series === undefined) this.requests.set(key, { end, reason, count: 1 });
    else series.count++;
  }
}
