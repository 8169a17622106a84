import type { AuditEvent, AuditQuery } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';

/** How long after its time an event may still become readable, in milliseconds. */
const settlingMs = 30_000;

type Filter = Partial<Omit<AuditQuery, 'tenant'>>;

/**
 * Reads an audit log that grows. Events carry their producer's time and are stored a little later, so a newer one can be
 * readable before an older one. Each reading therefore goes back over the settling time and leaves out what it gave
 * before: nothing is missed that becomes readable within it, and nothing comes twice.
 */
export class AuditFollower {
  readonly #query: Admin['queryAudit'];
  readonly #filter: Filter;
  /** Ids given within the settling time, with the time of each. */
  readonly #given = new Map<string, number>();
  #fromMs: number;

  /** `fromMs`: nothing older is given, Unix milliseconds. */
  constructor(query: Admin['queryAudit'], filter: Filter, fromMs: number) {
    this.#query = query;
    this.#filter = filter;
    this.#fromMs = fromMs;
  }

  /**
   * The newest `wanted` events that `accept` takes, oldest first, and a follower that gives what comes after them.
   * Nothing that was readable before is given by the follower.
   */
  static async start(
    query: Admin['queryAudit'],
    filter: Filter,
    wanted: number,
    accept: (event: AuditEvent) => boolean,
  ): Promise<{ follower: AuditFollower; latest: AuditEvent[] }> {
    const known: AuditEvent[] = [];
    let cursor: string | null = null;
    do {
      const page = await query({ ...filter, limit: 200, ...(cursor !== null && { cursor }) });
      known.push(...page.events);
      cursor = page.next_cursor;
    } while (cursor !== null && known.filter(accept).length < wanted);
    const newest = known[0] === undefined ? 0 : Date.parse(known[0].time);
    const follower = new AuditFollower(query, filter, Math.max(0, newest - settlingMs));
    follower.#give(known);
    // What lies within the settling time but before the oldest that is known is old news.
    const oldest = cursor === null ? '' : (known.at(-1)?.time ?? '');
    const late = (await follower.read()).filter(({ time }) => time >= oldest);
    const latest = [...known, ...late].filter(accept).sort(byTime);
    return { follower, latest: wanted === 0 ? [] : latest.slice(-wanted) };
  }

  #give(events: readonly AuditEvent[]): void {
    for (const { id, time } of events) this.#given.set(id, Date.parse(time));
  }

  /** What became readable since, oldest first. */
  async read(): Promise<AuditEvent[]> {
    const fresh: AuditEvent[] = [];
    let cursor: string | null = null;
    do {
      const page = await this.#query({
        ...this.#filter,
        from: new Date(this.#fromMs).toISOString(),
        limit: 1_000,
        ...(cursor !== null && { cursor }),
      });
      fresh.push(...page.events.filter(({ id }) => !this.#given.has(id)));
      cursor = page.next_cursor;
    } while (cursor !== null);
    this.#give(fresh);
    this.#forget();
    return fresh.sort(byTime);
  }

  /** The newest event moves the start on; what lies before it will not be read again and need not be remembered. */
  #forget(): void {
    const newest = Math.max(...this.#given.values());
    if (!Number.isFinite(newest)) return;
    this.#fromMs = Math.max(this.#fromMs, newest - settlingMs);
    for (const [id, time] of this.#given) if (time < this.#fromMs) this.#given.delete(id);
  }
}

function byTime(a: AuditEvent, b: AuditEvent): number {
  return a.time.localeCompare(b.time) || a.id.localeCompare(b.id);
}
