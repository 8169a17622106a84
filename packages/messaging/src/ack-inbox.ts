import { createInbox, errors, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

interface Waiting {
  readonly subject: string;
  /** On the clock of `performance.now()`. */
  readonly giveUpAt: number;
  readonly resolve: (message: Msg) => void;
  readonly reject: (error: Error) => void;
}

/** Milliseconds between two looks for acknowledgements that are overdue. */
const sweepMs = 25;
/** Looks in vain after which there are no more: requests come close together, and each would begin them anew. */
const idleSweeps = 40;

/**
 * Requests whose answers are a stream's acknowledgements, over one subscription. The client's own `request` makes two
 * promises, a timer and an error with its stack for each call, which showed in the profile of every execution; here a
 * sweep stands in for the timers.
 */
export class AckInbox {
  readonly #connection: NatsConnection;
  readonly #prefix: string;
  readonly #waiting = new Map<string, Waiting>();
  #sequence = 0;
  #sweep: NodeJS.Timeout | null = null;
  #idle = 0;

  constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#connection = connection;
    this.#prefix = `${createInbox(inboxPrefix)}.`;
    connection.subscribe(`${this.#prefix}*`, {
      callback: (error, message) => {
        if (error === null) this.#answer(message);
        else this.#failAll(error);
      },
    });
    connection.closed().then(() => this.#failAll(new errors.ClosedConnectionError()));
  }

  /** Publishes and waits for the one answer. Rejects with the client's timeout, no-responders or closed error. */
  request(subject: string, payload: Uint8Array | string, headers: MsgHdrs, timeoutMs: number): Promise<Msg> {
    const token = (this.#sequence++).toString(36);
    return new Promise((resolve, reject) => {
      this.#connection.publish(subject, payload, { reply: this.#prefix + token, headers });
      this.#waiting.set(token, { subject, giveUpAt: performance.now() + timeoutMs, resolve, reject });
      this.#sweep ??= setInterval(() => this.#look(), sweepMs);
    });
  }

  /** The server refused a publish of ours on this subject: nobody will answer. */
  refused(subject: string, error: Error): void {
    for (const [token, waiting] of this.#waiting) if (waiting.subject === subject) this.#settle(token)?.reject(error);
  }

  #answer(message: Msg): void {
    const waiting = this.#settle(message.subject.slice(this.#prefix.length));
    if (waiting === undefined) return;
    if (message.data.length === 0 && message.headers?.code === 503)
      waiting.reject(new errors.NoRespondersError(waiting.subject));
    else waiting.resolve(message);
  }

  #settle(token: string): Waiting | undefined {
    const waiting = this.#waiting.get(token);
    this.#waiting.delete(token);
    return waiting;
  }

  #look(): void {
    if (this.#waiting.size > 0) {
      this.#idle = 0;
      this.#rejectOverdue();
    } else if (++this.#idle >= idleSweeps) this.#stop();
  }

  #stop(): void {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    this.#sweep = null;
    this.#idle = 0;
  }

  #rejectOverdue(): void {
    const now = performance.now();
    for (const [token, { giveUpAt }] of this.#waiting)
      if (giveUpAt <= now) this.#settle(token)?.reject(new errors.TimeoutError());
  }

  #failAll(error: Error): void {
    for (const token of [...this.#waiting.keys()]) this.#settle(token)?.reject(error);
    this.#stop();
  }
}
