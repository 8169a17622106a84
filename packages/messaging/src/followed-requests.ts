import { createInbox, errors, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { isNoResponders } from './reply-stream.ts';
import { isSignOfLife } from './signs-of-life.ts';

/** One request that may be sent more than once. */
export interface FollowedRequest<Answer> {
  readonly subject: string;
  readonly timeoutMs: number;
  /** What is sent with so many milliseconds left. `repeat`: it may have arrived before. */
  readonly message: (leftMs: number, repeat: boolean) => { readonly payload: string; readonly headers: MsgHdrs };
  /** Reads an answer; null: it says nothing of the request itself, and another is waited for. What it throws is the end. */
  readonly read: (message: Msg, repeat: boolean) => Answer | null;
}

interface Waiting {
  readonly subject: string;
  /** On the clock of `performance.now()`, as all times here. */
  readonly giveUpAt: number;
  /** Until when it is sent again although nobody is there to take it. */
  readonly untakenUntil: number;
  /** Of the last answer or sign of life, or of the last sending. */
  heardAt: number;
  /** When it is sent again although nobody was silent. */
  againAt: number;
  attempts: number;
  /** Of these, those that nobody was there to take. */
  untaken: number;
  readonly send: (leftMs: number, attempt: number) => void;
  readonly answered: (message: Msg, attempt: number) => void;
  readonly reject: (error: Error) => void;
}

const sweepMs = 50;
/** Looks in vain after which there are no more: requests come close together, and each would begin them anew. */
const idleSweeps = 20;
/** Milliseconds without a sign after which whoever works on a request counts as lost: signs come four times as often. */
const silentMs = 1_000;
/** Milliseconds until it is sent again where nobody took it, and for how long at most: whoever serves may be connecting anew. */
const untakenPauseMs = 100;
const mostUntakenMs = 4_000;
/** Milliseconds until it is sent again after an answer that says nothing of it. */
const unsettledPauseMs = 500;
/** Repeats that a process may make at once, and for each request it sends: a want of answers is no reason for a flood. */
const mostRepeats = 200;
const repeatsPerRequest = 0.2;

/**
 * Requests that say while they are worked on that they are, and are sent again, within their deadline, when whoever worked on them
 * is gone. Only for requests that may arrive twice.
 */
export class FollowedRequests {
  readonly #connection: NatsConnection;
  readonly #prefix: string;
  readonly #connected: () => boolean;
  readonly #waiting = new Map<string, Waiting>();
  #subscribed = false;
  #sequence = 0;
  #sweep: NodeJS.Timeout | null = null;
  #sweptAt = 0;
  #idle = 0;
  #repeats = mostRepeats;

  constructor(connection: NatsConnection, inboxPrefix: string, connected: () => boolean) {
    this.#connection = connection;
    this.#prefix = `${createInbox(inboxPrefix)}.`;
    this.#connected = connected;
  }

  /** Rejects with the client's timeout, no-responders or closed error, or with what `read` threw. `forget` stops waiting. */
  request<Answer>(request: FollowedRequest<Answer>): { readonly answer: Promise<Answer>; forget(): void } {
    this.#listen();
    this.#repeats = Math.min(mostRepeats, this.#repeats + repeatsPerRequest);
    const token = (this.#sequence++).toString(36);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const startedAt = performance.now();
    const waiting: Waiting = {
      subject: request.subject,
      giveUpAt: startedAt + request.timeoutMs,
      untakenUntil: startedAt + Math.min(mostUntakenMs, request.timeoutMs / 2),
      heardAt: startedAt,
      againAt: Number.POSITIVE_INFINITY,
      attempts: 0,
      untaken: 0,
      send: (leftMs, attempt) => {
        const { payload, headers } = request.message(leftMs, attempt > 0);
        this.#connection.publish(request.subject, payload, {
          reply: `${this.#prefix}${token}-${attempt}`,
          headers,
        });
      },
      answered: (message, attempt) => {
        const answer = request.read(message, attempt > 0);
        if (answer === null) waiting.againAt = performance.now() + unsettledPauseMs;
        else {
          this.#forget(token);
          resolve(answer);
        }
      },
      reject,
    };
    this.#waiting.set(token, waiting);
    try {
      this.#send(waiting);
    } catch (error) {
      this.#forget(token);
      reject(error);
    }
    if (this.#sweep === null) {
      this.#sweptAt = startedAt;
      this.#sweep = setInterval(() => this.#look(), sweepMs);
    }
    return { answer: promise, forget: () => this.#forget(token) };
  }

  /** The server refused a publish of ours on this subject: nobody will answer. */
  refused(subject: string, error: Error): void {
    for (const [token, waiting] of this.#waiting) if (waiting.subject === subject) this.#fail(token, error);
  }

  #listen(): void {
    if (this.#subscribed) return;
    this.#subscribed = true;
    this.#connection.subscribe(`${this.#prefix}*`, {
      callback: (error, message) => {
        if (error === null) this.#heard(message);
      },
    });
    this.#connection.closed().then(() => {
      // It may have arrived, so what the connection's end means is not the same as that of one that was closed before.
      for (const token of [...this.#waiting.keys()]) this.#fail(token, new errors.RequestError('connection closed'));
      this.#stop();
    });
  }

  #send(waiting: Waiting): void {
    const now = performance.now();
    const attempt = waiting.attempts++;
    waiting.heardAt = now;
    waiting.againAt = Number.POSITIVE_INFINITY;
    waiting.send(waiting.giveUpAt - now, attempt);
  }

  #heard(message: Msg): void {
    const [token = '', attempt] = message.subject.slice(this.#prefix.length).split('-');
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return;
    const now = performance.now();
    if (isNoResponders(message)) {
      waiting.untaken++;
      waiting.againAt = now + untakenPauseMs;
      const arrived = waiting.untaken < waiting.attempts;
      if (!arrived && now > waiting.untakenUntil) this.#fail(token, new errors.NoRespondersError(waiting.subject));
      return;
    }
    waiting.heardAt = now;
    if (isSignOfLife(message)) return;
    try {
      waiting.answered(message, Number(attempt));
    } catch (error) {
      this.#fail(token, error as Error);
    }
  }

  #look(): void {
    const now = performance.now();
    // What came while this process stood still was not read yet.
    const stoodStillMs = Math.max(0, now - this.#sweptAt - 4 * sweepMs);
    this.#sweptAt = now;
    if (this.#waiting.size === 0 && ++this.#idle >= idleSweeps) return this.#stop();
    for (const [token, waiting] of this.#waiting) {
      this.#idle = 0;
      waiting.heardAt += stoodStillMs;
      if (waiting.giveUpAt <= now) this.#fail(token, new errors.TimeoutError());
      else if (Math.min(waiting.againAt, waiting.heardAt + silentMs) <= now) this.#sendAgain(token, waiting);
    }
  }

  #sendAgain(token: string, waiting: Waiting): void {
    if (!this.#connected() || this.#repeats < 1) return;
    // Where nobody took it, it is not sent twice.
    if (waiting.untaken < waiting.attempts) this.#repeats--;
    try {
      this.#send(waiting);
    } catch (error) {
      this.#fail(token, error as Error);
    }
  }

  #fail(token: string, error: Error): void {
    const waiting = this.#waiting.get(token);
    this.#forget(token);
    waiting?.reject(error);
  }

  #forget(token: string): void {
    this.#waiting.delete(token);
  }

  #stop(): void {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    this.#sweep = null;
    this.#idle = 0;
  }
}
