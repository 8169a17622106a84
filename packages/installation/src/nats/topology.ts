import type { LocalKeys, NatsConfigOptions, NatsTlsConfig } from '@patchbay/local-servers';

/** One nats-server: how the others and the clients reach it, and where it listens. */
export interface NatsPlace {
  readonly name: string;
  /** Host name or address for the other servers. */
  readonly address: string;
  /** Address that it is bound to. */
  readonly bind: string;
  readonly ports: NatsPorts;
}

export interface NatsPorts {
  readonly clients: number;
  /** On the loopback: who asks there is asked nothing. */
  readonly monitor: number;
  readonly routes: number;
  readonly gateways: number;
  readonly leaves: number;
}

export interface NatsTopology {
  /** By name, servers of each; one cluster of one server is a server alone, several are a supercluster. */
  readonly clusters: Readonly<Record<string, readonly NatsPlace[]>>;
  /** Files on each server, by its name; null: everything in clear. */
  readonly tlsOf: ((server: string) => NatsTlsConfig) | null;
  /** Whether leaf servers are taken in. */
  readonly leaves: boolean;
  readonly store: string;
  readonly maxFileBytes: number;
  /** `always`, or an interval such as `2m`. */
  readonly syncInterval: string;
}

/** What servers know each other by. Secret. */
export interface NatsSecrets {
  readonly routes: string;
  readonly gateways: string;
}

export type NatsKeys = Pick<LocalKeys, 'identities'> & {
  readonly callout: Omit<LocalKeys['callout'], 'dir'>;
};

/** As `nats-server` has them by itself. */
export const usualPorts: NatsPorts = { clients: 4_222, monitor: 8_222, routes: 6_222, gateways: 7_222, leaves: 7_422 };

/** Largest message: what clients send may have 1 MiB, and its answer and headers come to more. */
export const maxPayloadBytes = 4 * 1024 ** 2;

/** What each server of a topology is configured with, by its name. @throws RangeError for clusters that cannot be. */
export function natsConfigs(
  topology: NatsTopology,
  keys: NatsKeys,
  secrets: NatsSecrets,
): ReadonlyMap<string, NatsConfigOptions> {
  const clusters = Object.entries(topology.clusters);
  const alone = clusters.length === 1 && clusters[0]?.[1].length === 1;
  // JetStream does not start in a cluster of one, and with two it stops with the first that goes.
  if (clusters.length > 1 && clusters.some(([, places]) => places.length < 2))
    throw new RangeError('Each cluster of several has two servers or more, better three.');
  const configs = new Map<string, NatsConfigOptions>();
  for (const [cluster, places] of clusters)
    for (const place of places) {
      const { name, bind, ports } = place;
      const others = clusters.filter(([other]) => other !== cluster);
      configs.set(name, {
        serverName: name,
        host: bind,
        port: ports.clients,
        monitor: `127.0.0.1:${ports.monitor}`,
        storeDir: topology.store,
        maxFileBytes: topology.maxFileBytes,
        maxMemoryBytes: 256 * 1024 ** 2,
        syncInterval: topology.syncInterval,
        maxPayloadBytes,
        identities: keys.identities,
        callout: { ...keys.callout, unasked: keys.identities.map(({ publicKey }) => publicKey) },
        ...(topology.tlsOf !== null && { tls: topology.tlsOf(name) }),
        ...(!alone && {
          cluster: {
            name: cluster,
            host: bind,
            port: ports.routes,
            peers: places.filter((peer) => peer !== place).map((peer) => `${peer.address}:${peer.ports.routes}`),
            secret: secrets.routes,
          },
        }),
        ...(others.length > 0 && {
          gateway: {
            host: bind,
            port: ports.gateways,
            others: Object.fromEntries(
              others.map(([other, there]) => [other, there.map((peer) => `${peer.address}:${peer.ports.gateways}`)]),
            ),
            secret: secrets.gateways,
          },
        }),
        ...(topology.leaves && { leaves: { host: bind, port: ports.leaves } }),
      });
    }
  return configs;
}

/** Servers that are reached by their names, at the usual ports. */
export function placesNamed(names: readonly string[]): NatsPlace[] {
  return names.map((name) => ({ name, address: name, bind: '0.0.0.0', ports: usualPorts }));
}
