import type { LiveEvent, LiveServerMessage, LiveTopic } from '@patchbay/contracts';

/** As `liveProtocol` of the contracts, which the page does not carry whole. */
const protocol = 'patchbay.v1';
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Close codes after which coming again is in vain: the key ended, or may not. */
const final = new Set([4401, 4403]);

export type LiveState = 'connecting' | 'live' | 'away';

export interface LiveSocketOptions {
  /** `wss://…/v1/live` */
  readonly url: string;
  /** Sent as the first message: neither in the address, where logs would have it, nor as a subprotocol. */
  readonly key: string;
  /** For keys of the platform. */
  readonly tenant: string | null;
  readonly topics: readonly LiveTopic[];
  readonly onEvents: (topic: LiveTopic, events: readonly LiveEvent[]) => void;
  /** Events were missed that will not come: look at the lists. */
  readonly onGap: (topic: LiveTopic) => void;
  readonly onState: (state: LiveState) => void;
}

/** Follows topics, and comes again where it left off when it was cut. Returns what ends it. */
export function openLiveSocket(options: LiveSocketOptions): () => void {
  const cursors = new Map<LiveTopic, string>();
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let beat: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = firstPauseMs;
  let ended = false;

  function open(): void {
    options.onState('connecting');
    const own = new WebSocket(options.url, protocol);
    socket = own;
    const send = (message: unknown) => own.send(JSON.stringify(message));
    own.onopen = () =>
      send({ kind: 'authenticate', key: options.key, ...(options.tenant !== null && { tenant: options.tenant }) });
    own.onmessage = ({ data }) => take(JSON.parse(String(data)) as LiveServerMessage, send);
    own.onclose = ({ code }) => {
      clearTimeout(beat);
      if (ended) return;
      options.onState('away');
      if (final.has(code)) return;
      timer = setTimeout(open, pauseMs);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    };
  }

  function take(message: LiveServerMessage, send: (message: unknown) => void): void {
    switch (message.kind) {
      case 'ready': {
        pauseMs = firstPauseMs;
        options.onState('live');
        watch(message.beat_ms);
        for (const topic of options.topics.filter((one) => message.topics.includes(one))) {
          const cursor = cursors.get(topic);
          send({ kind: 'subscribe', topic, ...(cursor !== undefined && { cursor }) });
        }
        return;
      }
      case 'subscribed':
        cursors.set(message.topic, message.cursor);
        if (message.gap !== null) options.onGap(message.topic);
        return;
      case 'gap':
        return options.onGap(message.topic);
      case 'events': {
        const last = message.events.at(-1);
        if (last !== undefined) cursors.set(message.topic, last.cursor);
        return options.onEvents(
          message.topic,
          message.events.map(({ event }) => event),
        );
      }
    }
  }

  /** Closes a socket from which nothing comes any more, though nobody said so. */
  function watch(beatMs: number): void {
    const own = socket;
    const again = () => {
      clearTimeout(beat);
      beat = setTimeout(() => own?.close(), 2 * beatMs);
    };
    own?.addEventListener('message', again);
    again();
  }

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    clearTimeout(beat);
    socket?.close();
  };
}
