import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** How often a message to the client arrives: 0 loses it. */
export type Fate = 0 | 1 | 2;

/** Stands between one client and its nats-server, and decides the fate of single messages. */
export interface LosingProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Passes everything on but messages to the client whose payload is judged otherwise: connection, order and all else stay as
 * they are, which no fault of a network brings about. So what it shows is that the sequence alone tells of a loss.
 */
export async function startLosingProxy(natsUrl: string, fateOf: (payload: string) => Fate): Promise<LosingProxy> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(Number(new URL(natsUrl).port), '127.0.0.1');
    const frames = new FrameReader(fateOf);
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes: Buffer) => {
      for (const frame of frames.push(bytes)) client.write(frame);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroySoon());
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `nats://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Cuts what a server says into protocol lines, each with its payload. */
class FrameReader {
  readonly #fateOf: (payload: string) => Fate;
  #pending = Buffer.alloc(0);

  constructor(fateOf: (payload: string) => Fate) {
    this.#fateOf = fateOf;
  }

  push(bytes: Buffer): Buffer[] {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const passed: Buffer[] = [];
    for (;;) {
      const lineEnd = this.#pending.indexOf('\r\n');
      if (lineEnd === -1) return passed;
      const line = this.#pending.toString('latin1', 0, lineEnd);
      // `MSG <subject> <sid> [reply] <size>` and `HMSG … <header size> <size>`: the size comes last.
      const size = /^H?MSG /.test(line) ? Number(line.slice(line.lastIndexOf(' ') + 1)) : null;
      const end = lineEnd + 2 + (size === null ? 0 : size + 2);
      if (this.#pending.length < end) return passed;
      const frame = this.#pending.subarray(0, end);
      this.#pending = this.#pending.subarray(end);
      const fate = size === null ? 1 : this.#fateOf(frame.toString('utf8', lineEnd + 2, end - 2));
      for (let copy = 0; copy < fate; copy++) passed.push(frame);
    }
  }
}
