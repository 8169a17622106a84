import {
  LiveCursor,
  type LiveEvent,
  LiveFilter,
  type LiveGap,
  PatchbayError,
  platformScope,
} from '@patchbay/contracts';
import type { FeedBatch, FeedEvent } from '../live/live-feed.ts';
import type { Followed, LiveHub } from '../live/live-hub.ts';
import { platformTopics } from '../live/live-topics.ts';
import type { FollowTopic } from './build-schema.ts';
import { subscriptionTopics } from './field-scopes.ts';
import { tenantOf } from './request-context.ts';

/** What a subscription tells. */
export interface LiveItem {
  readonly cursor: string | null;
  readonly event: LiveEvent | null;
  readonly gap: LiveGap | null;
}

/** Events, and characters of them, that wait for a client that does not read. */
const mostWaiting = 500;
const mostLength = 1_048_576;

/** Follows the topic behind a subscription's field. */
export function followTopics(hub: Pick<LiveHub, 'follow'>): FollowTopic {
  return (field) => async (_root, args, context) => {
    const topic = subscriptionTopics[field];
    if (topic === undefined) throw new TypeError(`${field} has no topic`);
    const tenant =
      context.tenant === platformScope && platformTopics.includes(topic) ? context.tenant : tenantOf(context);
    const { cursor, ...filter } = Object.fromEntries(Object.entries(args).filter(([, value]) => value != null));
    const wanted = LiveFilter.safeParse(filter);
    const place = LiveCursor.optional().safeParse(cursor);
    if (!wanted.success || !place.success)
      throw new PatchbayError('invalid_request', { message: 'The arguments are none that events can be picked by.' });
    const items = new LiveItems();
    const followed = await hub.follow({
      tenant,
      topic,
      ...(Object.keys(wanted.data).length > 0 && { filter: wanted.data }),
      cursor: place.data ?? null,
      take: ({ events }: FeedBatch) => items.add(events),
      lost: (gap) => items.lose(gap),
    });
    items.begin(followed);
    return items;
  };
}

/** What waits for one subscription, at the pace of whoever takes it. What there is no room for is counted, and told as a gap. */
class LiveItems implements AsyncIterableIterator<LiveItem, undefined> {
  #waiting: FeedEvent[] = [];
  #length = 0;
  #gaps: LiveGap[] = [];
  #missed = 0;
  #since: string | null = null;
  #followed: Followed | null = null;
  #over = false;
  #wake: (() => void) | null = null;

  begin(followed: Followed): void {
    if (this.#over) return followed.stop();
    this.#followed = followed;
    if (followed.gap !== null) this.#gaps.push(followed.gap);
    this.add(followed.missed);
  }

  add(events: readonly FeedEvent[]): void {
    for (const event of events) {
      // Once something was missed, everything is until that was told: no gap in the middle of what came before it.
      if (this.#missed > 0 || this.#waiting.length >= mostWaiting || this.#length + event.text.length > mostLength)
        this.#missed++;
      else {
        this.#waiting.push(event);
        this.#length += event.text.length;
      }
    }
    this.#wake?.();
  }

  lose(gap: LiveGap): void {
    // The newest says it all.
    this.#gaps = [gap];
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<LiveItem, undefined>> {
    while (!this.#over && this.#gaps.length + this.#waiting.length + this.#missed === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = null;
    if (this.#over) return { done: true, value: undefined };
    return { done: false, value: this.#take() };
  }

  async return(): Promise<IteratorResult<LiveItem, undefined>> {
    this.#over = true;
    this.#waiting = [];
    this.#followed?.stop();
    this.#wake?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): LiveItem {
    const gap = this.#gaps.shift();
    if (gap !== undefined) return { cursor: null, event: null, gap };
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#length -= next.text.length;
      this.#since = next.event.time;
      return { cursor: next.cursor, event: next.event, gap: null };
    }
    const missed = this.#missed;
    this.#missed = 0;
    return { cursor: null, event: null, gap: { reason: 'slow', since: this.#since, missed } };
  }
}
