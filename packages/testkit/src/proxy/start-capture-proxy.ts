import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Capture, type CapturedConnection } from './capture.ts';

export interface CaptureProxyOptions {
  /** Most bytes kept over all connections; what comes later is counted, not kept. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** Stands between clients and a server on the loopback: keeps what passes, and can be the fault. */
export interface CaptureProxy {
  readonly port: number;
  /** `<scheme>://127.0.0.1:<port>`; default scheme `nats`. */
  url(scheme?: string): string;
  /** Everything kept, by connection, oldest first. */
  captured(): CapturedConnection[];
  /** Bytes that passed but were not kept. A test that nothing stands in the capture must see 0 here. */
  readonly missedBytes: number;
  /** Connections open now. */
  readonly connections: number;
  /** Forgets what was kept. */
  clear(): void;
  /** Resets every open connection. Returns how many. */
  cut(): number;
  /** Holds bytes back both ways; connections stay open and new ones are taken. */
  pause(): void;
  resume(): void;
  /** Resets new connections from now on, as a server that is down; `accept` takes them again. */
  refuse(): void;
  accept(): void;
  stop(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Starts a proxy in front of `127.0.0.1:<targetPort>`. */
export async function startCaptureProxy(targetPort: number, options: CaptureProxyOptions = {}): Promise<CaptureProxy> {
  const capture = new Capture(options.maxBytes ?? 64 * 1024 * 1024);
  const pairs = new Set<Pair>();
  let paused = false;
  let refusing = false;

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { client, server };
    const record = capture.open();
    pairs.add(pair);
    carry(client, server, (chunk) => record.keep('toServer', chunk));
    carry(server, client, (chunk) => record.keep('toClient', chunk));
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      if (paused) socket.pause();
      socket.on('close', () => pairs.delete(pair));
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;

  const eachSocket = (act: (socket: Socket) => void) => {
    for (const { client, server } of pairs) {
      act(client);
      act(server);
    }
  };
  const cut = () => {
    const count = pairs.size;
    eachSocket((socket) => socket.resetAndDestroy());
    return count;
  };
  return {
    port,
    url: (scheme = 'nats') => `${scheme}://127.0.0.1:${port}`,
    captured: () => capture.connections(),
    get missedBytes() {
      return capture.missedBytes;
    },
    get connections() {
      return pairs.size;
    },
    clear: () => capture.clear(),
    cut,
    pause: () => {
      paused = true;
      eachSocket((socket) => socket.pause());
    },
    resume: () => {
      paused = false;
      eachSocket((socket) => socket.resume());
    },
    refuse: () => {
      refusing = true;
    },
    accept: () => {
      refusing = false;
    },
    stop: async () => {
      if (!listener.listening) return;
      const closed = new Promise((resolve) => listener.close(resolve));
      cut();
      await closed;
    },
  };

  /** One direction, with back-pressure. The end, or the fault, of one side becomes that of the other. */
  function carry(from: Socket, to: Socket, keep: (chunk: Buffer) => void): void {
    from.on('data', (chunk: Buffer) => {
      keep(chunk);
      if (to.write(chunk)) return;
      from.pause();
      to.once('drain', () => {
        if (!paused) from.resume();
      });
    });
    from.on('end', () => to.end());
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => to.destroySoon());
  }
}
