import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import type { ActiveFault, Fault, FaultDirection } from './fault.ts';
import { FaultConnection } from './fault-connection.ts';
import { seededRandom } from './seeded-random.ts';

export interface FaultProxyOptions {
  /** Decides jitter, sizes and which connections a fault befalls. Default 1. */
  readonly seed?: number;
}

/** Stands between clients and a server on the loopback, and makes the network between them fail. */
export interface FaultProxy {
  readonly port: number;
  /** `<scheme>://127.0.0.1:<port>` */
  url(scheme: string): string;
  /** Connections open now. */
  readonly connections: number;
  /**
   * Puts a fault in force, on open connections and new ones, until the function returned is called. Direction `both` and
   * a share of 1 unless said otherwise.
   */
  inject(fault: Fault, where?: { direction?: FaultDirection; share?: number }): () => Promise<void>;
  /** Takes all faults away. */
  heal(): Promise<void>;
  /** Where connections go from now on. */
  setTarget(port: number): void;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** Starts a proxy in front of `127.0.0.1:<targetPort>`. */
export async function startFaultProxy(targetPort: number, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const connections = new Set<FaultConnection>();
  let active: readonly ActiveFault[] = [];
  let target = targetPort;
  let opened = 0;
  const seed = options.seed ?? 1;

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: target, host, allowHalfOpen: true });
    // A seed of its own, so that what befalls one connection does not depend on how others fared.
    const random = seededRandom(seed * 65_537 + ++opened);
    const connection = new FaultConnection(client, server, random, () => active);
    connections.add(connection);
    // What a fault holds back keeps one side open after the other has closed.
    const forget = () => client.closed && server.closed && connections.delete(connection);
    for (const socket of [client, server]) socket.on('close', forget);
  });
  await listen(listener, 0);
  const { port } = listener.address() as AddressInfo;

  async function apply(faults: readonly ActiveFault[]): Promise<void> {
    active = faults;
    const down = active.some(({ fault }) => fault.kind === 'down');
    if (down && listener.listening) {
      listener.close();
      for (const connection of connections) connection.reset();
    }
    for (const connection of connections) connection.changed();
    if (!down && !listener.listening) await listen(listener, port);
  }

  return {
    port,
    url: (scheme) => `${scheme}://${host}:${port}`,
    get connections() {
      return connections.size;
    },
    inject(fault, { direction = 'both', share = 1 } = {}) {
      const one: ActiveFault = { fault, direction, share };
      void apply([...active, one]);
      return () => apply(active.filter((other) => other !== one));
    },
    heal: () => apply([]),
    setTarget(next) {
      target = next;
    },
    async stop() {
      active = [];
      const closed = listener.listening ? once(listener, 'close') : null;
      listener.close();
      for (const connection of connections) connection.reset();
      await closed;
    },
  };
}

/** The port was ours a moment ago; a connection of somebody else's that took it for its own end is soon gone. */
async function listen(listener: Server, port: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    listener.listen(port, host);
    try {
      await once(listener, 'listening');
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
