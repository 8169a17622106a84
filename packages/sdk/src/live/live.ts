import type {
  LiveClientMessage,
  LiveEvent,
  LiveFilter,
  LiveGap,
  LiveServerMessage,
  LiveTopic,
} from '@patchbay/contracts';

/** The same as in the contracts, written out: a page that follows live is not to load every schema for three words. */
const protocol = 'patchbay.v1';
/** Of a key that is not taken, or not for that tenant: it will not be the next time either. */
const finalCodes: readonly number[] = [4401, 4403];

export interface LiveOptions {
  /** Of the gateway, such as `https://patchbay.example.com`. */
  readonly url: string;
  /** An API key or a token of a person. A function is asked at every connection, so that it can bring a fresh one. */
  readonly key: string | (() => string | Promise<string>);
  /** For keys of the platform: whom to act for. */
  readonly tenant?: string;
  readonly onState?: (state: LiveState) => void;
  /** Milliseconds until the first try to come again; later ones take up to twice as long each, at most 15 s. Default 250. */
  readonly retryMs?: number;
}

/** `ended`: it does not come again, because `close` was called, or the key is not taken; `code` is the WebSocket's then. */
export type LiveState =
  | { readonly state: 'connecting' | 'open' }
  | { readonly state: 'waiting'; readonly retryInMs: number }
  | { readonly state: 'ended'; readonly code: number | null };

export interface FollowOptions {
  readonly filter?: LiveFilter;
  /** Go on behind this event's cursor, as one before had it. */
  readonly cursor?: string;
  readonly onEvent: (event: LiveEvent, cursor: string) => void;
  /** Events were missed: look at the API's lists. */
  readonly onGap?: (gap: LiveGap) => void;
  /** From now on events come, also again after the connection was lost. */
  readonly onFollowing?: () => void;
  /** The topic cannot be followed with this key. */
  readonly onRefused?: (error: { readonly code: string; readonly message: string }) => void;
}

export interface Live {
  /** @throws Error when the topic is followed already with another filter: open another connection for that. */
  follow(topic: LiveTopic, options: FollowOptions): { stop(): void };
  close(): void;
}

interface Followed {
  readonly filter: LiveFilter | undefined;
  readonly followers: Set<FollowOptions>;
  cursor: string | undefined;
}

const longestRetryMs = 15_000;
const defaultBeatMs = 15_000;

/**
 * Follows a tenant live, in Node.js and in pages: comes again by itself when the connection is lost, and goes on where it was.
 * What was missed all the same is told by `onGap`.
 */
export function live(options: LiveOptions): Live {
  return new LiveConnection(options);
}

class LiveConnection implements Live {
  readonly #options: LiveOptions;
  readonly #topics = new Map<LiveTopic, Followed>();
  #socket: WebSocket | null = null;
  #ready = false;
  #ended = false;
  #tries = 0;
  #beatMs = defaultBeatMs;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    void this.#connect();
  }

  follow(topic: LiveTopic, options: FollowOptions): { stop(): void } {
    const { filter, cursor } = options;
    const known = this.#topics.get(topic);
    if (known !== undefined && JSON.stringify(known.filter) !== JSON.stringify(filter))
      throw new Error(`'${topic}' is followed already with another filter`);
    const followed = known ?? { filter, followers: new Set(), cursor };
    followed.followers.add(options);
    this.#topics.set(topic, followed);
    if (known === undefined) this.#subscribe(topic, followed);
    return {
      stop: () => {
        followed.followers.delete(options);
        if (followed.followers.size > 0 || this.#topics.get(topic) !== followed) return;
        this.#topics.delete(topic);
        this.#say({ kind: 'unsubscribe', topic });
      },
    };
  }

  close(): void {
    this.#end(null);
    this.#socket?.close();
  }

  async #connect(): Promise<void> {
    this.#tell({ state: 'connecting' });
    const { url, key: given, tenant } = this.#options;
    let key: string;
    try {
      key = typeof given === 'string' ? given : await given();
    } catch {
      // It may be known later.
      return this.#comeAgain();
    }
    if (this.#ended) return;
    const place = new URL('/v1/live', url);
    place.protocol = place.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(place, protocol);
    this.#socket = socket;
    this.#watch(socket);
    // As the first message: of an upgrade that is refused a page learns nothing, and so not that its key has ended.
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ kind: 'authenticate', key, ...(tenant !== undefined && { tenant }) }));
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket !== socket || this.#ended) return;
      this.#watch(socket);
      this.#hear(JSON.parse(String(data)) as LiveServerMessage);
    });
    socket.addEventListener('close', ({ code }) => this.#lost(socket, code));
    // A close follows where there is something to close. What the error is, browsers do not say.
    socket.addEventListener('error', () => this.#lost(socket, 0));
  }

  #hear(message: LiveServerMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#ready = true;
        this.#tries = 0;
        this.#beatMs = message.beat_ms;
        this.#tell({ state: 'open' });
        for (const [topic, followed] of this.#topics) this.#subscribe(topic, followed);
        return;
      case 'subscribed':
        return this.#each(message.topic, (followed, one) => {
          // With events to come the place is theirs, not the end of what is known.
          followed.cursor ??= message.cursor;
          if (message.gap !== null) {
            followed.cursor = message.cursor;
            one.onGap?.(message.gap);
          }
          one.onFollowing?.();
        });
      case 'events':
        for (const { event, cursor } of message.events)
          this.#each(message.topic, (followed, one) => {
            followed.cursor = cursor;
            one.onEvent(event, cursor);
          });
        return;
      case 'gap':
        return this.#each(message.topic, (_followed, one) => one.onGap?.(message.gap));
      case 'refused':
        if (message.topic !== null) this.#each(message.topic, (_followed, one) => one.onRefused?.(message.error));
    }
  }

  #each(topic: LiveTopic, visit: (followed: Followed, one: FollowOptions) => void): void {
    const followed = this.#topics.get(topic);
    for (const one of [...(followed?.followers ?? [])]) visit(followed as Followed, one);
  }

  #subscribe(topic: LiveTopic, { filter, cursor }: Followed): void {
    this.#say({
      kind: 'subscribe',
      topic,
      ...(filter !== undefined && { filter }),
      ...(cursor !== undefined && { cursor }),
    });
  }

  #say(message: LiveClientMessage): void {
    if (this.#ready) this.#socket?.send(JSON.stringify(message));
  }

  /** A socket of which nothing is heard for two and a half beats is dead, whatever it says of itself. */
  #watch(socket: WebSocket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      socket.close();
      this.#lost(socket, 0);
    }, this.#beatMs * 2.5);
  }

  #lost(socket: WebSocket, code: number): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#ready = false;
    if (finalCodes.includes(code)) this.#end(code);
    else this.#comeAgain();
  }

  #comeAgain(): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    const least = Math.min(longestRetryMs / 2, (this.#options.retryMs ?? 250) * 2 ** this.#tries++);
    const retryInMs = Math.round(least * (1 + Math.random()));
    this.#tell({ state: 'waiting', retryInMs });
    this.#timer = setTimeout(() => void this.#connect(), retryInMs);
  }

  #end(code: number | null): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    this.#ended = true;
    this.#ready = false;
    this.#tell({ state: 'ended', code });
  }

  #tell(state: LiveState): void {
    this.#options.onState?.(state);
  }
}
