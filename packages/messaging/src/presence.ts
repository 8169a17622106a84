import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { Subscription } from './types.ts';

/** Milliseconds a request may take before its caller is looked for, and between two looks. */
const firstLookMs = 250;
const lookEveryMs = 500;
/** Milliseconds after which a caller that was not there is looked for again: a connection that came back is no caller gone. */
const lookAgainMs = 300;

interface Watched {
  readonly presence: string;
  readonly onGone: () => void;
  timer: NodeJS.Timeout;
  absences: number;
}

/**
 * Notices that a caller is gone: its presence subject has no subscriber any more, which the server says at once to a
 * message that asks for an answer. Nobody has to answer it. One subscription serves all.
 */
export class PresenceWatch {
  readonly #connection: NatsConnection;
  readonly #prefix: string;
  readonly #watched = new Map<string, Watched>();
  #subscribed = false;
  #sequence = 0;

  constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#connection = connection;
    this.#prefix = `${createInbox(inboxPrefix)}.`;
  }

  /** Calls `onGone` once when nobody was at `presence` two looks in a row. Costs one timer until the first look. */
  watch(presence: string, onGone: () => void): Subscription {
    const token = (this.#sequence++).toString(36);
    const watched: Watched = { presence, onGone, absences: 0, timer: setTimeout(() => this.#look(token), firstLookMs) };
    this.#watched.set(token, watched);
    return { unsubscribe: () => this.#forget(token) };
  }

  #look(token: string): void {
    const watched = this.#watched.get(token);
    if (watched === undefined || this.#connection.isClosed()) return;
    if (!this.#subscribed) {
      this.#subscribed = true;
      this.#connection.subscribe(`${this.#prefix}*`, {
        callback: (error, message) => {
          if (error === null) this.#answered(message);
        },
      });
    }
    watched.timer = setTimeout(() => {
      // No word since the last look: somebody is there.
      watched.absences = 0;
      this.#look(token);
    }, lookEveryMs);
    this.#connection.publish(watched.presence, undefined, { reply: this.#prefix + token });
  }

  #answered(message: Msg): void {
    if (message.data.length > 0 || message.headers?.code !== 503) return;
    const token = message.subject.slice(this.#prefix.length);
    const watched = this.#watched.get(token);
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    if (++watched.absences < 2) {
      watched.timer = setTimeout(() => this.#look(token), lookAgainMs);
      return;
    }
    this.#forget(token);
    watched.onGone();
  }

  #forget(token: string): void {
    const watched = this.#watched.get(token);
    if (watched !== undefined) clearTimeout(watched.timer);
    this.#watched.delete(token);
  }
}

/** Milliseconds after which a caller that can leave makes itself found: sooner than anybody looks, later than most answers. */
const appearMs = 100;

/** A subject at which a caller is there as long as its connection is. Subscribed when first asked for. */
export class OwnPresence {
  readonly #connection: NatsConnection;
  readonly #inboxPrefix: string;
  #subject: string | null = null;

  constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#connection = connection;
    this.#inboxPrefix = inboxPrefix;
  }

  get subject(): string {
    if (this.#subject === null) {
      this.#subject = createInbox(this.#inboxPrefix);
      this.#connection.subscribe(this.#subject, { callback: () => {} });
    }
    return this.#subject;
  }

  /** A subject of one call's own, at which its caller is there until it leaves or `end` is called. */
  ofCall(signal: AbortSignal): { readonly subject: string; end(): void } {
    const subject = createInbox(this.#inboxPrefix);
    let subscription: { unsubscribe(): void } | null = null;
    const timer = setTimeout(() => {
      if (!this.#connection.isClosed()) subscription = this.#connection.subscribe(subject, { callback: () => {} });
    }, appearMs);
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      subscription?.unsubscribe();
      subscription = null;
    };
    signal.addEventListener('abort', end, { once: true });
    return { subject, end };
  }
}
