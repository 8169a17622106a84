import { type LiveFilter, type LiveGap, type LiveTopic, PatchbayError } from '@patchbay/contracts';
import { batchMessage, type FeedBatch, type FeedEvent, type FeedLimits, LiveFeed } from './live-feed.ts';
import { type HearTopic, passes } from './live-topics.ts';

export interface HubLimits extends FeedLimits {
  /** Tenants' topics followed at once. */
  readonly feeds: number;
  /** Bytes that all of them keep for those who come again. */
  readonly totalBytes: number;
  /** Milliseconds that a topic is still heard when nobody follows it any more, so that whoever comes again misses nothing. */
  readonly lingerMs: number;
}

export const defaultHubLimits: HubLimits = {
  events: 1_000,
  bytes: 1_048_576,
  gatherMs: 20,
  feeds: 2_048,
  totalBytes: 67_108_864,
  lingerMs: 60_000,
};

export interface Following {
  readonly tenant: string;
  readonly topic: LiveTopic;
  readonly filter?: LiveFilter;
  /** Go on behind it. */
  readonly cursor?: string | null;
  /** Not called before `follow` has settled, but for what the cursor asks for. */
  readonly take: (batch: FeedBatch) => void;
  readonly lost: (gap: LiveGap) => void;
}

export interface Followed {
  /** Where it begins. */
  readonly cursor: string;
  readonly gap: LiveGap | null;
  readonly missed: readonly FeedEvent[];
  stop(): void;
}

interface Opened {
  readonly feed: LiveFeed;
  readonly ready: Promise<void>;
  /** Those who follow, or wait to. */
  users: number;
  timer: NodeJS.Timeout | null;
  end(): void;
}

/** Everything that is followed in this process: for each tenant and topic one subscription on NATS, whoever follows. */
export class LiveHub {
  readonly #hear: HearTopic;
  readonly #limits: HubLimits;
  readonly #now: () => number;
  readonly #open = new Map<string, Opened>();
  #bytes = 0;

  constructor(hear: HearTopic, limits: HubLimits = defaultHubLimits, now: () => number = Date.now) {
    this.#hear = hear;
    this.#limits = limits;
    this.#now = now;
  }

  get feeds(): number {
    return this.#open.size;
  }

  /** About what is kept, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Settles when what happens from then on is heard. @throws PatchbayError `overloaded`. */
  async follow({ tenant, topic, filter, cursor, take, lost }: Following): Promise<Followed> {
    const key = `${tenant} ${topic}`;
    const opened = this.#open.get(key) ?? this.#begin(key, tenant, topic);
    opened.users++;
    clearTimeout(opened.timer ?? undefined);
    try {
      await opened.ready;
    } catch (cause) {
      if (this.#open.get(key) === opened) this.#end(key);
      throw new PatchbayError('overloaded', { message: 'NATS cannot be reached.', cause });
    }
    const listener = { take: filter === undefined ? take : onlyThose(topic, filter, take), lost };
    const joined = opened.feed.join(listener, cursor ?? null);
    let over = false;
    return {
      ...joined,
      missed: filter === undefined ? joined.missed : joined.missed.filter(({ facets }) => passes(filter, facets)),
      stop: () => {
        if (over) return;
        over = true;
        opened.feed.leave(listener);
        this.#leave(key, opened);
      },
    };
  }

  /** The connection to NATS was lost and is there again. */
  lose(): void {
    for (const { feed } of this.#open.values()) feed.lose();
  }

  close(): void {
    for (const key of [...this.#open.keys()]) this.#end(key);
  }

  #begin(key: string, tenant: string, topic: LiveTopic): Opened {
    if (this.#open.size >= this.#limits.feeds && !this.#endOneLingering())
      throw new PatchbayError('overloaded', { message: 'Too much is followed here.', retryAfterMs: 5_000 });
    const feed = new LiveFeed({ tenant, topic }, this.#limits, {
      now: this.#now,
      count: (bytes) => {
        this.#bytes += bytes;
      },
    });
    const heard = this.#hear(tenant, topic, (draft) => {
      feed.tell(draft);
      this.#makeRoom(feed);
    });
    const opened: Opened = { feed, ready: heard.ready, users: 0, timer: null, end: () => heard.close() };
    this.#open.set(key, opened);
    return opened;
  }

  #leave(key: string, opened: Opened): void {
    opened.users--;
    if (opened.users > 0 || this.#open.get(key) !== opened) return;
    opened.timer = setTimeout(() => this.#end(key), this.#limits.lingerMs).unref();
  }

  #end(key: string): void {
    const opened = this.#open.get(key);
    if (opened === undefined) return;
    this.#open.delete(key);
    clearTimeout(opened.timer ?? undefined);
    opened.end();
    opened.feed.close();
  }

  #endOneLingering(): boolean {
    for (const [key, { users }] of this.#open) {
      if (users > 0) continue;
      this.#end(key);
      return true;
    }
    return false;
  }

  /** What nobody follows goes first; then whoever made it too much forgets its own oldest. */
  #makeRoom(feed: LiveFeed): void {
    while (this.#bytes > this.#limits.totalBytes) if (!this.#endOneLingering() && !feed.forgetOldest()) return;
  }
}

function onlyThose(topic: LiveTopic, filter: LiveFilter, take: (batch: FeedBatch) => void) {
  return ({ events }: FeedBatch) => {
    const wanted = events.filter(({ facets }) => passes(filter, facets));
    if (wanted.length > 0) take({ events: wanted, message: batchMessage(topic, wanted) });
  };
}
