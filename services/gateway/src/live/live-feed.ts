import { randomBytes } from 'node:crypto';
import { type LiveEvent, type LiveGap, type LiveTopic, newId } from '@patchbay/contracts';
import type { LiveDraft, LiveFacets } from './live-topics.ts';

/** An event as it was told. */
export interface FeedEvent {
  readonly sequence: number;
  readonly cursor: string;
  /** `{"cursor":…,"event":…}` */
  readonly text: string;
  readonly event: LiveEvent;
  readonly facets: LiveFacets;
}

/** Events that go out together, and the message that tells them, which all who follow without a filter share. */
export interface FeedBatch {
  readonly events: readonly FeedEvent[];
  readonly message: Buffer;
}

export interface FeedListener {
  take(batch: FeedBatch): void;
  lost(gap: LiveGap): void;
}

/** What a feed keeps for those who come again. */
export interface FeedLimits {
  readonly events: number;
  readonly bytes: number;
  /** Milliseconds in which events gather after some went out, so that a busy tenant's clients get few messages. */
  readonly gatherMs: number;
}

/** Characters of an event's data at most; of a larger one only the name is told. */
const maxDataLength = 65_536;
/** Events and characters that go out together at most. */
const batchEvents = 256;
const batchLength = 131_072;
/** About what an event takes beside its text, in bytes. */
const eventOverhead = 600;

/** Events `{"kind":"events",…}` of one topic. */
export function batchMessage(topic: LiveTopic, events: readonly FeedEvent[]): Buffer {
  return Buffer.from(`{"kind":"events","topic":"${topic}","events":[${events.map(({ text }) => text).join(',')}]}`);
}

const newEpoch = () =>
  BigInt(`0x${randomBytes(6).toString('hex')}`)
    .toString(36)
    .padStart(10, '0')
    .slice(-8);
/** Bytes that an event is counted as: its text, and the object it was made of. */
const sizeOf = ({ text }: FeedEvent) => text.length * 2 + eventOverhead;

/** What happens to one tenant in one topic: the last of it, and everybody who follows. */
export class LiveFeed {
  readonly tenant: string;
  readonly topic: LiveTopic;
  readonly #limits: FeedLimits;
  readonly #now: () => number;
  readonly #count: (bytes: number) => void;
  readonly #listeners = new Set<FeedListener>();
  /** The newest events, oldest first, those that wait to go out included. */
  #kept: FeedEvent[] = [];
  #waiting: FeedEvent[] = [];
  #waitingLength = 0;
  /** Names this stretch of events: cursors of another lead nowhere. */
  #epoch = newEpoch();
  #sequence = 0;
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #wentOutAt = Number.NEGATIVE_INFINITY;

  /** `count` is told how many bytes more, or fewer, it keeps. */
  constructor(
    of: { readonly tenant: string; readonly topic: LiveTopic },
    limits: FeedLimits,
    { now = Date.now, count = () => {} }: { now?: () => number; count?: (bytes: number) => void } = {},
  ) {
    this.tenant = of.tenant;
    this.topic = of.topic;
    this.#limits = limits;
    this.#now = now;
    this.#count = count;
  }

  /** About what it keeps. */
  get bytes(): number {
    return this.#bytes;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  tell({ id, type, subject, time, data, facets }: LiveDraft): void {
    const nowMs = this.#now();
    const told = time ?? new Date(nowMs).toISOString();
    const sequence = ++this.#sequence;
    const cursor = this.#cursorAt(sequence, nowMs);
    const make = (withData: boolean): LiveEvent => ({
      specversion: '1.0',
      id: id ?? newId('event'),
      source: `/tenants/${this.tenant}/${this.topic}`,
      type,
      time: told,
      subject,
      tenant: this.tenant,
      datacontenttype: 'application/json',
      data: withData ? { ...data } : null,
    });
    let event = make(true);
    let text = JSON.stringify({ cursor, event });
    if (text.length > maxDataLength) {
      event = make(false);
      text = JSON.stringify({ cursor, event });
    }
    const made: FeedEvent = { sequence, cursor, text, event, facets };
    this.#kept.push(made);
    this.#grow(sizeOf(made));
    while (this.#kept.length > this.#limits.events || this.#bytes > this.#limits.bytes) this.forgetOldest();
    if (this.#listeners.size === 0) return;
    this.#waiting.push(made);
    this.#waitingLength += text.length;
    if (this.#waiting.length >= batchEvents || this.#waitingLength >= batchLength) this.#goOut();
    else if (this.#timer === null && this.#immediate === null) this.#goOutSoon();
  }

  /** Drops the oldest event kept. False when there is none. */
  forgetOldest(): boolean {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return false;
    this.#grow(-sizeOf(oldest));
    return true;
  }

  /** From now on the listener is told; first, what it missed since its cursor, as far as that is kept. */
  join(
    listener: FeedListener,
    after: string | null,
  ): { readonly cursor: string; readonly gap: LiveGap | null; readonly missed: readonly FeedEvent[] } {
    this.#goOut();
    this.#listeners.add(listener);
    return { cursor: this.#cursorAt(this.#sequence, this.#now()), ...this.#since(after) };
  }

  leave(listener: FeedListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#dropWaiting();
  }

  /** Something may have happened that was not heard: no cursor leads across that. */
  lose(): void {
    this.#goOut();
    const since = this.#kept.at(-1)?.event.time ?? null;
    this.#epoch = newEpoch();
    this.#sequence = 0;
    this.#forgetAll();
    for (const listener of [...this.#listeners]) listener.lost({ reason: 'disconnected', since, missed: null });
  }

  close(): void {
    this.#dropWaiting();
    this.#listeners.clear();
    this.#forgetAll();
  }

  #forgetAll(): void {
    this.#kept = [];
    this.#grow(-this.#bytes);
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    this.#count(bytes);
  }

  #since(after: string | null): { gap: LiveGap | null; missed: FeedEvent[] } {
    if (after === null) return { gap: null, missed: [] };
    const [epoch, at = '', ms = ''] = after.split('.');
    // Whoever made the cursor up is told of some time.
    const since = new Date(Math.min(Number.parseInt(ms, 36) || 0, 8.64e15)).toISOString();
    const sequence = Number.parseInt(at, 36);
    if (epoch !== this.#epoch || sequence > this.#sequence)
      return { gap: { reason: 'unknown_cursor', since, missed: null }, missed: [] };
    const missed = this.#kept.filter((event) => event.sequence > sequence);
    const gone = this.#sequence - sequence - missed.length;
    return { gap: gone > 0 ? { reason: 'too_old', since, missed: gone } : null, missed };
  }

  #cursorAt(sequence: number, ms: number): string {
    return `${this.#epoch}.${sequence.toString(36)}.${ms.toString(36)}`;
  }

  /** At once when it was quiet, so that one event is not late; else when the gathering is over. */
  #goOutSoon(): void {
    const leftMs = this.#wentOutAt + this.#limits.gatherMs - performance.now();
    if (leftMs <= 1) this.#immediate = setImmediate(() => this.#goOut());
    else this.#timer = setTimeout(() => this.#goOut(), leftMs);
  }

  #goOut(): void {
    const events = this.#waiting;
    this.#dropWaiting();
    if (events.length === 0) return;
    this.#wentOutAt = performance.now();
    const batch = { events, message: batchMessage(this.topic, events) };
    for (const listener of [...this.#listeners]) listener.take(batch);
  }

  #dropWaiting(): void {
    clearTimeout(this.#timer ?? undefined);
    clearImmediate(this.#immediate ?? undefined);
    this.#timer = null;
    this.#immediate = null;
    this.#waiting = [];
    this.#waitingLength = 0;
  }
}
