import { setTimeout as delay } from 'node:timers/promises';
import { errors, type NatsConnection } from '@nats-io/transport-node';

/** Milliseconds between two tries while the connection comes back. */
const retryMs = 50;

/**
 * Waits until the server has everything sent and subscribed so far. The client gives a flush up when the connection is
 * lost; here it goes on after the reconnect, when the client has subscribed again.
 * @throws the client's closed or draining error.
 */
export async function flushPatiently(connection: NatsConnection): Promise<void> {
  for (;;) {
    try {
      return await connection.flush();
    } catch (error) {
      const lost = error instanceof errors.RequestError && /disconnected/.test(error.message);
      if (!lost || connection.isClosed()) throw error;
      await delay(retryMs);
    }
  }
}
