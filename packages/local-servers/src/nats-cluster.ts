import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { type NatsServer, type NatsServerOptions, startNatsServer } from './nats-server.ts';
import { ServerStartError } from './server-process.ts';

export interface NatsClusterOptions
  extends Omit<NatsServerOptions, 'cluster' | 'port' | 'monitorPort' | 'serverName' | 'onExit'> {
  /** Servers in the cluster. JetStream needs a majority of them. Default 3. */
  readonly size?: number;
  /**
   * Where the server of one index reaches the routes of another's, in place of their port; tests put failing proxies between. Servers
   * then know no other way to each other, and clients only the addresses they were given.
   */
  readonly routeVia?: (from: number, to: number, port: number) => Promise<number>;
}

export interface NatsCluster {
  readonly servers: readonly NatsServer[];
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

const portAttempts = 5;

/** Starts a cluster on loopback, each server under `<dir>/n<index>`, and resolves when JetStream has its leader. */
export async function startNatsCluster(options: NatsClusterOptions): Promise<NatsCluster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      // Servers look for another port for clients themselves; their routes and monitors are known to the others.
      if (!(error instanceof ServerStartError && error.portTaken) || attempt === portAttempts) throw error;
    }
  }
}

async function startOnFreePorts(options: NatsClusterOptions): Promise<NatsCluster> {
  const { size = 3, dir, routeVia, ...rest } = options;
  const secret = randomBytes(32).toString('hex');
  const routePorts = await distinctPorts(size * 2, options.findPort ?? freePort);
  const started: NatsServer[] = [];
  // All are awaited, so that none is still starting when those that did start are stopped.
  const outcomes = await Promise.allSettled(
    Array.from({ length: size }, async (_, index) => {
      const port = routePorts[index] as number;
      const others = routePorts.slice(0, size).flatMap((peer, to) => (to === index ? [] : [{ peer, to }]));
      const peers = await Promise.all(
        others.map(async ({ peer, to }) => `127.0.0.1:${(await routeVia?.(index, to, peer)) ?? peer}`),
      );
      const monitorPort = routePorts[size + index] as number;
      const server = await startNatsServer({
        ...rest,
        dir: join(dir, `n${index + 1}`),
        serverName: `n${index + 1}`,
        monitorPort,
        port: 0,
        cluster: {
          name: 'patchbay',
          host: '127.0.0.1',
          port,
          peers,
          secret,
          // Nobody listens there: what servers tell each other of themselves is of no use.
          ...(routeVia !== undefined && { advertise: '127.0.0.1:1' }),
        },
      });
      started[index] = server;
      await healthy(monitorPort, options.readyTimeoutMs ?? 30_000);
    }),
  );
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await Promise.all(started.map((server) => server?.stop()));
    throw failure.reason;
  }
  return {
    servers: started,
    urls: started.map((server) => server.url),
    async stop() {
      await Promise.all(started.map((server) => server.stop()));
    },
  };
}

async function distinctPorts(count: number, findPort: typeof freePort): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findPort());
  return [...ports];
}

/** `/healthz` answers 200 when JetStream on this server is current with the cluster's leader. */
async function healthy(monitorPort: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await answersOk(`http://127.0.0.1:${monitorPort}/healthz`))) {
    if (performance.now() > deadline) throw new Error(`the NATS cluster has no JetStream leader after ${timeoutMs} ms`);
    await delay(50);
  }
}

function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
