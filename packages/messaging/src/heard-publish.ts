import { createInbox, headers, type NatsConnection } from '@nats-io/transport-node';
import { flushPatiently } from './flush.ts';

/**
 * Publishes that learn whether anybody listened: the server answers a message that asks for an answer at once when nobody
 * is subscribed, and that answer comes before the one to a PING sent behind it. Nobody has to answer the message itself.
 */
export class HeardPublishes {
  readonly #connection: NatsConnection;
  readonly #prefix: string;
  readonly #unheard = new Set<string>();
  #subscribed = false;
  #sequence = 0;

  constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#connection = connection;
    this.#prefix = `${createInbox(inboxPrefix)}.`;
  }

  /** False when nobody was subscribed. @throws the client's closed or draining error. */
  async publish(
    subject: string,
    payload: Uint8Array | string,
    named: Readonly<Record<string, string>> = {},
  ): Promise<boolean> {
    if (!this.#subscribed) {
      this.#subscribed = true;
      this.#connection.subscribe(`${this.#prefix}*`, {
        callback: (error, message) => {
          if (error === null && message.data.length === 0 && message.headers?.code === 503)
            this.#unheard.add(message.subject);
        },
      });
    }
    const reply = this.#prefix + (this.#sequence++).toString(36);
    const head = headers();
    for (const [name, value] of Object.entries(named)) head.set(name, value);
    this.#connection.publish(subject, payload, { reply, headers: head });
    await flushPatiently(this.#connection);
    return !this.#unheard.delete(reply);
  }
}
