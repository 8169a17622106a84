import {
  issuesOf,
  LiveClientMessage,
  type LiveGap,
  type LiveServerMessage,
  type LiveTopic,
  LiveTopic as LiveTopics,
  liveCloseCodes,
  PatchbayError,
  platformScope,
  toErrorBody,
} from '@patchbay/contracts';
import { holds } from '@patchbay/identity';
import { batchMessage, type FeedBatch } from './live-feed.ts';
import type { Followed, LiveHub } from './live-hub.ts';
import { liveTopics, platformTopics } from './live-topics.ts';
import type { LiveAccess } from './socket-access.ts';

/** What is asked of a WebSocket. */
export interface Wire {
  /** Bytes that were sent and have not left. */
  readonly bufferedAmount: number;
  send(message: Buffer | string, options: { readonly binary: false }, sent: () => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface SocketLimits {
  /** Bytes and messages that may wait for the client. What comes beyond is not told, and counted. */
  readonly queuedBytes: number;
  readonly queuedMessages: number;
  /** Milliseconds that a client may lag before it is cut. */
  readonly lagMs: number;
  /** Milliseconds between signs of life. */
  readonly beatMs: number;
  /** Messages of a client a second, and at once. */
  readonly messagesPerSecond: number;
  readonly burst: number;
}

export const defaultSocketLimits: SocketLimits = {
  queuedBytes: 1_048_576,
  queuedMessages: 1_000,
  lagMs: 30_000,
  beatMs: 15_000,
  messagesPerSecond: 10,
  burst: 30,
};

/** Milliseconds that a peer gets to answer a close. */
const closeMs = 1_000;
const beat = '{"kind":"beat"}';

export interface LiveSocketPorts {
  readonly hub: LiveHub;
  readonly limits: SocketLimits;
  /** A defect, to be logged. */
  readonly onFailure: (error: unknown) => void;
  /** A topic that its principal may not follow. */
  readonly onRefused?: (topic: LiveTopic, error: unknown) => void;
}

interface TopicFollowed {
  followed: Followed | null;
  /** Events that were not told since the client lagged, and the time of the last that was. */
  missed: number;
  since: string | null;
}

/** One client of `/v1/live` that is in. What it is told waits in a queue with an end; what it does not read in time it misses. */
export class LiveSocket {
  readonly #wire: Wire;
  readonly #access: LiveAccess;
  readonly #hub: LiveHub;
  readonly #limits: SocketLimits;
  readonly #onFailure: (error: unknown) => void;
  readonly #onRefused: NonNullable<LiveSocketPorts['onRefused']>;
  readonly #topics = new Map<LiveTopic, TopicFollowed>();
  #queued = 0;
  #laggingSince: number | null = null;
  #heardAt = performance.now();
  #toldAt = 0;
  #allowance: number;
  #allowanceAt = performance.now();
  #closed = false;

  constructor(wire: Wire, access: LiveAccess, { hub, limits, onFailure, onRefused = () => {} }: LiveSocketPorts) {
    this.#wire = wire;
    this.#access = access;
    this.#hub = hub;
    this.#limits = limits;
    this.#onFailure = onFailure;
    this.#onRefused = onRefused;
    this.#allowance = limits.burst;
    const topics = LiveTopics.options.filter((topic) => holds(access.principal, liveTopics[topic].scope));
    this.#tell({ kind: 'ready', tenant: access.tenant, topics, beat_ms: limits.beatMs });
  }

  /** A text message of the client. */
  async receive(text: string): Promise<void> {
    this.alive();
    if (!this.#mayAsk()) return this.end(liveCloseCodes.tooMany, 'too many messages');
    let topic: LiveTopic | null = null;
    try {
      const message = parse(text);
      if (message.kind === 'authenticate')
        throw new PatchbayError('invalid_request', { message: 'This socket is authenticated.' });
      topic = message.topic;
      if (message.kind === 'subscribe') await this.#subscribe(message);
      else {
        this.#leave(topic);
        this.#tell({ kind: 'unsubscribed', topic });
      }
    } catch (error) {
      const { code, message, speakable } = toErrorBody(error);
      if (code === 'internal') this.#onFailure(error);
      if (topic !== null) this.#onRefused(topic, error);
      this.#tell({ kind: 'refused', topic, error: { code, message, speakable } });
    }
  }

  /** The client gave a sign of life. */
  alive(): void {
    this.#heardAt = performance.now();
  }

  /** To be called every second or so: says that we live, and ends what is dead or lags. */
  look(now: number = performance.now()): void {
    if (this.#closed) return;
    const { beatMs, lagMs } = this.#limits;
    this.#tellMissed();
    if (now - this.#heardAt > 2.5 * beatMs) return this.#drop();
    if (this.#laggingSince !== null && now - this.#laggingSince > lagMs)
      return this.end(liveCloseCodes.tooSlow, 'too slow');
    if (now - this.#toldAt < beatMs) return;
    this.#toldAt = now;
    this.#wire.ping();
    if (!this.#isFull(beat.length)) this.#send(beat);
  }

  /** Closes, and cuts if the peer does not answer. */
  end(code: number, reason: string): void {
    if (this.#closed) return;
    this.closed();
    this.#wire.close(code, reason);
    setTimeout(() => this.#wire.terminate(), closeMs).unref();
  }

  /** The socket is closed. */
  closed(): void {
    this.#closed = true;
    for (const topic of [...this.#topics.keys()]) this.#leave(topic);
  }

  async #subscribe({ topic, cursor, filter }: Extract<LiveClientMessage, { kind: 'subscribe' }>): Promise<void> {
    const { scope } = liveTopics[topic];
    if (!holds(this.#access.principal, scope))
      throw new PatchbayError('not_permitted', {
        message: `The key does not hold scope ${scope}.`,
        details: { scope },
      });
    if (this.#access.tenant === platformScope && !platformTopics.includes(topic))
      throw new PatchbayError('invalid_request', { message: 'Name the tenant to act for.' });
    this.#leave(topic);
    const state: TopicFollowed = { followed: null, missed: 0, since: null };
    this.#topics.set(topic, state);
    const wanted = filter !== undefined && Object.keys(filter).length > 0 ? { filter } : {};
    const followed = await this.#hub
      .follow({
        tenant: this.#access.tenant,
        topic,
        ...wanted,
        cursor: cursor ?? null,
        take: (batch) => this.#take(state, batch),
        lost: (gap) => this.#tellGap(topic, gap),
      })
      .catch((error: unknown) => {
        if (this.#topics.get(topic) === state) this.#topics.delete(topic);
        throw error;
      });
    // Meanwhile the client may have left, or asked again.
    if (this.#closed || this.#topics.get(topic) !== state) return followed.stop();
    state.followed = followed;
    this.#tell({ kind: 'subscribed', topic, cursor: followed.cursor, gap: followed.gap });
    if (followed.missed.length > 0)
      this.#take(state, { events: followed.missed, message: batchMessage(topic, followed.missed) });
  }

  #leave(topic: LiveTopic): void {
    this.#topics.get(topic)?.followed?.stop();
    this.#topics.delete(topic);
  }

  #take(state: TopicFollowed, { events, message }: FeedBatch): void {
    if (this.#closed) return;
    if (state.missed > 0) this.#tellMissed();
    if (state.missed > 0 || this.#isFull(message.length)) {
      this.#laggingSince ??= performance.now();
      state.missed += events.length;
      return;
    }
    state.since = events.at(-1)?.event.time ?? state.since;
    this.#send(message);
  }

  /** Once there is room again for half a queue, what was missed is owned up to; before that it would only be missed again. */
  #tellMissed(): void {
    if (this.#laggingSince === null) return;
    const { queuedBytes, queuedMessages } = this.#limits;
    if (this.#wire.bufferedAmount > queuedBytes / 2 || this.#queued > queuedMessages / 2) return;
    this.#laggingSince = null;
    for (const [topic, state] of this.#topics) {
      if (state.missed === 0) continue;
      this.#tellGap(topic, { reason: 'slow', since: state.since, missed: state.missed });
      state.missed = 0;
    }
  }

  #tellGap(topic: LiveTopic, gap: LiveGap): void {
    this.#tell({ kind: 'gap', topic, gap });
  }

  /** Answers are as few as what a client may ask; one that asks and does not read is cut. */
  #tell(message: LiveServerMessage): void {
    if (this.#closed) return;
    const text = JSON.stringify(message);
    if (this.#isFull(text.length, 2)) return this.#drop();
    this.#send(text);
  }

  #isFull(more: number, times = 1): boolean {
    const { queuedBytes, queuedMessages } = this.#limits;
    return this.#wire.bufferedAmount + more > queuedBytes * times || this.#queued >= queuedMessages * times;
  }

  readonly #sent = () => {
    this.#queued--;
  };

  #send(message: Buffer | string): void {
    this.#queued++;
    this.#toldAt = performance.now();
    this.#wire.send(message, { binary: false }, this.#sent);
  }

  #drop(): void {
    this.closed();
    this.#wire.terminate();
  }

  #mayAsk(): boolean {
    const now = performance.now();
    const { messagesPerSecond, burst } = this.#limits;
    this.#allowance = Math.min(burst, this.#allowance + ((now - this.#allowanceAt) / 1_000) * messagesPerSecond);
    this.#allowanceAt = now;
    this.#allowance -= 1;
    return this.#allowance >= 0;
  }
}

function parse(text: string): LiveClientMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new PatchbayError('invalid_request', { message: 'The message is not JSON.' });
  }
  const parsed = LiveClientMessage.safeParse(message);
  if (parsed.success) return parsed.data;
  throw new PatchbayError('invalid_request', {
    message: 'The message is none that a client sends.',
    details: { issues: issuesOf(parsed.error, '') },
  });
}
