import {
  type LocalKeys,
  type NatsClusterOptions,
  type NatsServer,
  type NatsServerOptions,
  startNatsCluster,
  startNatsServer,
} from '@patchbay/local-servers';

export interface NatsOptions extends Pick<NatsServerOptions, 'dir' | 'binary' | 'port' | 'maxFileBytes' | 'onExit'> {
  readonly keys: LocalKeys;
  /** Default 1. Of several each takes any free port, and streams are kept three times. */
  readonly size?: number;
  /** Between the servers of a cluster. */
  readonly routeVia?: NatsClusterOptions['routeVia'];
}

/** The servers of one Patchbay: one, or a cluster. */
export interface LocalNats {
  readonly servers: readonly [NatsServer, ...NatsServer[]];
  readonly urls: readonly string[];
  /** Copies that the cluster keeps of each stream. */
  readonly replicas: number;
  stop(): Promise<void>;
}

export async function startNats({ size = 1, port, onExit, routeVia, ...options }: NatsOptions): Promise<LocalNats> {
  if (size > 1) {
    const cluster = await startNatsCluster({ ...options, size, ...(routeVia !== undefined && { routeVia }) });
    return {
      servers: cluster.servers as LocalNats['servers'],
      urls: cluster.urls,
      replicas: 3,
      stop: () => cluster.stop(),
    };
  }
  const server = await startNatsServer({
    ...options,
    ...(port !== undefined && { port }),
    ...(onExit !== undefined && { onExit }),
  });
  return { servers: [server], urls: [server.url], replicas: 1, stop: () => server.stop() };
}
