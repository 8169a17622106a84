import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buckets, durables, type Identity, inboxPrefixOf, streams } from '@patchbay/contracts';
import {
  type AuditProducer,
  ensureIdentityKeys,
  findBinary,
  type LocalKeys,
  type NatsServer,
  type RedisServer,
  seedFileOf,
  startNatsCluster,
  startNatsServer,
  startRedisServer,
} from '@patchbay/local-servers';
import { type ConnectOptions, connectMessaging, type Messaging } from '@patchbay/messaging';

export interface TestServersOptions {
  /** Tenants that get an agent and an auditor. Default `['acme']`. */
  readonly tenants?: readonly string[];
  /** NATS servers in a cluster, streams on three of them. Default: one server alone. */
  readonly cluster?: number;
  /** Where streams are kept. Default `memory`. */
  readonly storage?: 'file' | 'memory';
  /** Whether a redis-server is started. Default true. */
  readonly redis?: boolean;
}

export interface TestServers {
  /** Everything below lies here and goes with `stop`. */
  readonly dir: string;
  readonly keys: LocalKeys;
  readonly natsUrls: readonly string[];
  readonly nats: readonly NatsServer[];
  /** With its password. @throws Error when started without Redis. */
  readonly redisUrl: string;
  readonly redis: RedisServer | null;
  /** The NKey seed of an identity. */
  seedOf(identity: Identity, tenant?: string): string;
  /** The key with which a service authenticates its audit events: 32 bytes. */
  macKeyOf(producer: AuditProducer): Buffer;
  /** Connects as an identity; closed by `stop` at the latest. `servers` may name a proxy instead. */
  connect(
    identity: Identity,
    tenant?: string,
    options?: Partial<Pick<ConnectOptions, 'servers' | 'name' | 'onStatus'>>,
  ): Promise<Messaging>;
  /** Closes connections, ends the servers and removes the directory. May be called again. */
  stop(): Promise<void>;
}

const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url));

/** Starts real servers in a temporary directory, with keys, permissions, streams and buckets as an installation has them. */
export async function startTestServers(options: TestServersOptions = {}): Promise<TestServers> {
  const { tenants = ['acme'], cluster, storage = 'memory', redis: withRedis = true } = options;
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-test-'));
  const stops: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= (async () => {
      for (const end of stops.toReversed()) await end();
      rmSync(dir, { recursive: true, force: true });
    })();
    return stopped;
  };
  try {
    const keys = ensureIdentityKeys(join(dir, 'keys'), tenants);
    const natsOptions = { dir: join(dir, 'nats'), binary: findBinary('nats-server', projectRoot), keys };
    const nats = cluster === undefined ? [await startNatsServer({ ...natsOptions, port: 0 })] : await startCluster();
    async function startCluster(): Promise<readonly NatsServer[]> {
      return (await startNatsCluster({ ...natsOptions, size: cluster as number })).servers;
    }
    stops.push(() => Promise.all(nats.map((server) => server.stop())));
    const redis = withRedis
      ? await startRedisServer({ dir: join(dir, 'redis'), binary: findBinary('redis-server', projectRoot), port: 0 })
      : null;
    if (redis !== null) stops.push(() => redis.stop());
    const natsUrls = nats.map((server) => server.url);
    const seedOf: TestServers['seedOf'] = (identity, tenant) =>
      readFileSync(seedFileOf(keys, identity, tenant), 'utf8').trim();
    const connect: TestServers['connect'] = async (identity, tenant, overrides = {}) => {
      const messaging = await connectMessaging({
        servers: natsUrls,
        name: `test-${identity}`,
        ...overrides,
        seed: seedOf(identity, tenant),
        inboxPrefix: inboxPrefixOf(identity, tenant),
      });
      stops.push(() => messaging.close().catch(() => undefined));
      return messaging;
    };
    const provisioner = await connect('provisioner');
    await provisioner.provision({
      streams: Object.values(streams),
      buckets: Object.values(buckets),
      durables,
      replicas: cluster === undefined ? 1 : Math.min(cluster, 3),
      storage,
    });
    await provisioner.close();
    return {
      dir,
      keys,
      nats,
      natsUrls,
      redis,
      get redisUrl() {
        if (redis === null) throw new Error('these test servers were started without Redis');
        return redis.url;
      },
      seedOf,
      macKeyOf: (producer) => Buffer.from(readFileSync(keys.auditMacKeyFiles[producer], 'utf8').trim(), 'hex'),
      connect,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
