import {
  calloutPermissions,
  kickerPermissions,
  natsAccounts,
  type Permissions,
  permissionsOf,
} from '@patchbay/contracts';
import type { CalloutKeys, IdentityKey } from './identity-keys.ts';

/** One server of a cluster. Routes are authenticated: a route can inject anything into any account. */
export interface NatsClusterConfig {
  readonly name: string;
  /** Address and port for routes. */
  readonly host: string;
  readonly port: number;
  /** `host:port` of the other servers' routes. */
  readonly peers: readonly string[];
  /** Shared by the cluster's servers. */
  readonly secret: string;
  /**
   * `host:port` that other servers are told routes come in at, and clients are told of no server. Where something stands between
   * the servers, so that nobody finds a way past it.
   */
  readonly advertise?: string;
}

/** One server of a supercluster: clusters in several places that are one system. The cluster's name is the place's. */
export interface NatsGatewayConfig {
  /** Address and port for the other clusters' servers. */
  readonly host: string;
  readonly port: number;
  /** The other clusters by their names, with `host:port` of their servers' gateways. */
  readonly others: Readonly<Record<string, readonly string[]>>;
  /** Shared by all servers of all clusters. */
  readonly secret: string;
}

/** For clients: files with the server's certificate and key, and of the authority that clients trust. */
export interface NatsTlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

export interface NatsConfigOptions {
  readonly serverName: string;
  readonly host: string;
  readonly port: number;
  /** `host:port` of monitoring over HTTP, which asks nobody who they are. Without it there is none. */
  readonly monitor?: string;
  /** Without it the server logs to standard error. */
  readonly logFile?: string;
  /** Without it everything travels in clear. With it routes and gateways ask each other for certificates, too. */
  readonly tls?: NatsTlsConfig;
  /** The server makes its `jetstream` directory in it. */
  readonly storeDir: string;
  /** Bytes that streams may take on disk. */
  readonly maxFileBytes: number;
  /** Bytes that memory streams may take. */
  readonly maxMemoryBytes: number;
  /** When writes reach the disk: `always` before each acknowledgement, else an interval such as `2m`. */
  readonly syncInterval: string;
  /** Largest message, in bytes. */
  readonly maxPayloadBytes: number;
  /** Whom the server lets in. `system` goes to the system account, everybody else to PATCHBAY. */
  readonly identities: readonly Pick<IdentityKey, 'identity' | 'tenant' | 'publicKey'>[];
  /** Whom the server asks who a client is that none of these is. Without it nobody else comes in. */
  readonly callout?: Pick<CalloutKeys, 'calloutPublicKey' | 'kickerPublicKey' | 'issuerPublicKey' | 'xkeyPublicKey'> & {
    /** Public keys of its own users, about whom it asks nobody. A running server takes no other list. */
    readonly unasked: readonly string[];
  };
  readonly cluster?: NatsClusterConfig;
  /** Needs `cluster`. */
  readonly gateway?: NatsGatewayConfig;
  /** Where leaf servers come in. Each is one of the identities, and may do on behalf of its clients what that one may. */
  readonly leaves?: { readonly host: string; readonly port: number };
}

/** Seconds in which a client must have proved itself, whoever has to be asked. */
const authTimeoutS = 5;

/**
 * The configuration of a nats-server, as text. It is written as JSON, which the server reads, so that no value can be
 * taken for syntax. Who may do what comes from `permissionsOf` in contracts: allow-lists, no `allow_responses`, and no
 * `no_auth_user`. It holds public keys only, but for a cluster's secret.
 */
export function renderNatsConfig(options: NatsConfigOptions): string {
  const { cluster, identities, callout } = options;
  const config = {
    server_name: options.serverName,
    host: options.host,
    port: options.port,
    ...(options.monitor !== undefined && { http: options.monitor }),
    ...(options.logFile !== undefined && {
      log_file: options.logFile,
      logfile_size_limit: 16_777_216,
      logfile_max_num: 3,
    }),
    ...(options.tls !== undefined && { tls: renderTls(options.tls) }),
    max_payload: options.maxPayloadBytes,
    // A client that was stopped or hangs is let go after two pings without an answer, and its queue group goes on without
    // it: within 10 s, where the server's own defaults take 6 minutes.
    ping_interval: '2s',
    ping_max: 2,
    jetstream: {
      store_dir: options.storeDir,
      max_file_store: options.maxFileBytes,
      max_memory_store: options.maxMemoryBytes,
      sync_interval: options.syncInterval,
    },
    ...(callout !== undefined && { authorization: renderCallout(callout) }),
    accounts: {
      [natsAccounts.main]: {
        jetstream: 'enabled',
        users: identities.filter(({ identity }) => identity !== 'system').map(renderUser),
      },
      [natsAccounts.system]: {
        users: [
          ...identities.filter(({ identity }) => identity === 'system').map(({ publicKey }) => ({ nkey: publicKey })),
          ...(callout === undefined ? [] : [renderAside(callout.kickerPublicKey, kickerPermissions)]),
        ],
      },
      ...(callout !== undefined && {
        [natsAccounts.callout]: { users: [renderAside(callout.calloutPublicKey, calloutPermissions)] },
      }),
    },
    system_account: natsAccounts.system,
    ...(cluster !== undefined && {
      cluster: {
        name: cluster.name,
        host: cluster.host,
        port: cluster.port,
        authorization: { user: 'route', password: cluster.secret, timeout: authTimeoutS },
        routes: cluster.peers.map((peer) => `nats-route://route:${cluster.secret}@${peer}`),
        ...(cluster.advertise !== undefined && { advertise: cluster.advertise, no_advertise: true }),
        ...mutualTls(options.tls),
      },
    }),
    ...(options.gateway !== undefined && { gateway: renderGateway(options.gateway, cluster?.name, options.tls) }),
    ...(options.leaves !== undefined && {
      leafnodes: {
        ...options.leaves,
        ...(options.tls !== undefined && { tls: renderTls(options.tls) }),
      },
    }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function renderTls({ certFile, keyFile, caFile }: NatsTlsConfig) {
  return { cert_file: certFile, key_file: keyFile, ca_file: caFile, min_version: '1.3' };
}

/** Between servers: both sides show a certificate of the authority. */
function mutualTls(tls: NatsTlsConfig | undefined) {
  return tls === undefined ? {} : { tls: { ...renderTls(tls), verify: true } };
}

/** A cluster that nobody named is refused: a gateway can inject anything into any account. */
function renderGateway(
  { host, port, others, secret }: NatsGatewayConfig,
  name: string | undefined,
  tls: NatsTlsConfig | undefined,
) {
  if (name === undefined) throw new TypeError('a gateway is that of a cluster');
  return {
    name,
    host,
    port,
    reject_unknown_cluster: true,
    authorization: { user: 'gateway', password: secret, timeout: authTimeoutS },
    gateways: Object.entries(others).map(([other, places]) => ({
      name: other,
      urls: places.map((place) => `nats://gateway:${secret}@${place}`),
    })),
    ...mutualTls(tls),
  };
}

/** One of the users of the main account, with what it may do. */
export function renderUser({ identity, tenant, publicKey }: NatsConfigOptions['identities'][number]) {
  if (identity === 'system') throw new TypeError('the system user has no permissions to render');
  const { publish, subscribe } = permissionsOf(identity, tenant);
  return { nkey: publicKey, permissions: { publish: allowOnly(publish), subscribe: allowOnly(subscribe) } };
}

/** The server takes an empty allow-list for "everything", so nothing is spelled as one subject that nobody uses. */
function allowOnly(subjects: readonly string[]) {
  return { allow: subjects.length === 0 ? ['_NOTHING'] : subjects };
}

/**
 * Whom the server knows itself need not be asked about, and must not: with a callout the server asks about everybody who is not
 * on this list, its own users too.
 */
function renderCallout({
  calloutPublicKey,
  kickerPublicKey,
  issuerPublicKey,
  xkeyPublicKey,
  unasked,
}: NonNullable<NatsConfigOptions['callout']>) {
  return {
    timeout: authTimeoutS,
    auth_callout: {
      issuer: issuerPublicKey,
      xkey: xkeyPublicKey,
      account: natsAccounts.callout,
      auth_users: [...unasked, calloutPublicKey, kickerPublicKey],
    },
  };
}

function renderAside(nkey: string, { publish, subscribe }: Permissions) {
  return { nkey, permissions: { publish: allowOnly(publish), subscribe: allowOnly(subscribe) } };
}
