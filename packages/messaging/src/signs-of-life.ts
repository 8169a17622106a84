import { headers, type Msg } from '@nats-io/transport-node';
import { headers as headerNames } from '@patchbay/contracts';

/** Milliseconds between two signs, and the least age of a request that gets one. Most are answered before. */
const signEveryMs = 250;
const leastAgeMs = 150;

/**
 * Tells those who asked for it that their request is still being worked on: an empty message with a header to the reply subject,
 * four times a second. Whoever hears none any more knows that this process is gone, long before the deadline says so.
 */
export class SignsOfLife {
  readonly #requests = new Map<Msg, number>();
  readonly #head = headers();
  #timer: NodeJS.Timeout | null = null;

  constructor() {
    this.#head.set(headerNames.alive, '1');
  }

  /** From now on, if the request asks for it. */
  begin(message: Msg): void {
    if (!message.headers?.has(headerNames.alive)) return;
    this.#requests.set(message, performance.now());
    this.#timer ??= setInterval(() => this.#tell(), signEveryMs).unref();
  }

  /** The answer leaves: no sign may follow it. */
  end(message: Msg): void {
    if (!this.#requests.delete(message) || this.#requests.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #tell(): void {
    const before = performance.now() - leastAgeMs;
    for (const [message, since] of this.#requests)
      if (since <= before) message.respond(undefined, { headers: this.#head });
  }
}

/** Whether a message to a requester's inbox is such a sign. */
export function isSignOfLife(message: Msg): boolean {
  return message.data.byteLength === 0 && message.headers?.has(headerNames.alive) === true;
}
