import { type NatsConnection, NatsConnectionImpl, setTransportFactory } from '@nats-io/nats-core/internal';
import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { DiallingProtocol } from './dialling-protocol.ts';

/** Bytes waiting at which a write goes out at once: more would only hold memory. */
const writeThroughBytes = 256 * 1_024;
/** Milliseconds of one turn after which what waits goes out too: whoever it is for works on it meanwhile. */
const writeThroughMs = 0.5;
/** Bytes of one turn of the event loop after which no more are read in it. */
const readTurnBytes = 64 * 1_024;

/**
 * The client's own transport, but what one turn of the event loop sends goes out in one write. The client flushes after
 * every microtask, so a busy executor made one system call per reply, event and audit record; those calls were two fifths
 * of its processor time. Order is kept, and nothing waits longer than the end of the turn; in a turn that is long, as when
 * dozens of answers come at once, what is ready goes out every half a millisecond.
 *
 * And no turn takes in more than 64 KiB or so: the runtime would read up to two megabytes of a flood at once, and the
 * answers of upstreams, timers and everything else would wait until thousands of messages were dealt with.
 */
class CoalescingTransport extends NodeTransport {
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  /** When the first of what waits was sent, on the clock of `performance.now()`. */
  #since = 0;
  #lastWrite: Promise<void> = Promise.resolve();
  #readInTurn = 0;

  override setupHandlers(): void {
    super.setupHandlers();
    const { socket } = this;
    socket?.on('data', ({ byteLength }: Buffer) => {
      // Only a read that fills the runtime's buffer, or a whole TLS record, is followed by another in the same turn.
      if (byteLength < 16_384) return;
      if (this.#readInTurn === 0) {
        setImmediate(() => {
          this.#readInTurn = 0;
          socket.resume();
        });
      }
      this.#readInTurn += byteLength;
      if (this.#readInTurn >= readTurnBytes) socket.pause();
    });
  }

  override send(frame: Uint8Array): void {
    this.#waiting.push(frame);
    this.#bytes += frame.byteLength;
    const now = performance.now();
    if (this.#waiting.length === 1) {
      this.#since = now;
      setImmediate(() => this.write());
    } else if (this.#bytes >= writeThroughBytes || now - this.#since >= writeThroughMs) this.write();
  }

  /** Writes what waits; settles when the kernel has it, rejects when the socket broke. */
  write(): Promise<void> {
    if (this.#waiting.length === 0) return this.#lastWrite;
    const frame =
      this.#waiting.length === 1 ? (this.#waiting[0] as Uint8Array) : Buffer.concat(this.#waiting, this.#bytes);
    this.#waiting = [];
    this.#bytes = 0;
    this.#lastWrite = this.isClosed ? Promise.reject(new Error('the connection is closed')) : this._send(frame);
    // Most writes have nobody waiting; that one failed shows by the connection's end.
    this.#lastWrite.catch(() => {});
    return this.#lastWrite;
  }

  /** Settles when what waits at the end of this turn is in the kernel's hands. */
  written(): Promise<void> {
    return new Promise((resolve, reject) => setImmediate(() => this.write().then(resolve, reject)));
  }
}

export interface CoalescingConnection {
  readonly connection: NatsConnection;
  /**
   * Settles when everything published before is in the kernel's hands, and so outlives this process. Rejects while there
   * is no connection: what is published then waits in this process.
   */
  written(): Promise<void>;
}

/** The client's `connect` with the coalescing transport, and tries that end with their connection. */
export async function connectCoalescing(options: NodeConnectionOptions): Promise<CoalescingConnection> {
  setTransportFactory({ factory: () => new CoalescingTransport(), dnsResolveFn: nodeResolveHost });
  // As its own `connect` does, which knows no protocol but its own: the types keep others from it.
  const connection: NatsConnectionImpl = Reflect.construct(NatsConnectionImpl, [options]);
  const protocol = new DiallingProtocol(connection.options, connection);
  await protocol.dialLoop();
  connection.protocol = protocol;
  return {
    connection,
    async written() {
      // Asked for each time: a reconnect brings a new transport.
      const { connected, transport } = connection.protocol;
      if (!connected) throw new Error('there is no connection');
      await (transport as CoalescingTransport).written();
    },
  };
}
