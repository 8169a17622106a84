import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buckets, durables, type Identity, inboxPrefixOf, streams } from '@patchbay/contracts';
import {
  ensureIdentityKeys,
  findBinary,
  type LocalKeys,
  type NatsServer,
  seedFileOf,
  startNatsServer,
} from '@patchbay/local-servers';
import { connectMessaging, type Messaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';

export interface NatsFixture {
  readonly server: NatsServer;
  readonly keys: LocalKeys;
  /** A directory of this fixture's own, removed by `stop`. */
  readonly dir: string;
  /** The server's own directory. */
  readonly store: string;
  /** Directory of the tenants' roots: apart from the store, and the same for a fixture on a copy of it. */
  readonly roots: string;
  connect(identity: Identity, tenant?: string): Promise<Messaging>;
  /** Copies the store's directory while the server is stopped, as operators back it up. Connections come back by themselves. */
  copyStore(): Promise<string>;
  stop(): Promise<void>;
}

const projectRoot = join(import.meta.dirname, '../../..');

export interface NatsFixtureOptions {
  /** False: without stream `AUDIT`, so that no audit record can be written. */
  readonly auditStream?: boolean;
  /** Keys and roots of another fixture. */
  readonly keys?: LocalKeys;
  readonly roots?: string;
  /** Starts on a copy of this store, or on an empty one (null), and provisions nothing. */
  readonly store?: string | null;
}

/** A real nats-server with the project's keys and permissions, its streams and buckets provisioned. */
export async function startNatsFixture({
  auditStream = true,
  store: copy,
  ...given
}: NatsFixtureOptions = {}): Promise<NatsFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-vault-'));
  const keys = given.keys ?? ensureIdentityKeys(join(dir, 'keys'), ['acme']);
  const store = join(dir, 'nats');
  if (copy != null) cpSync(copy, store, { recursive: true });
  // Without those of the callout: an operator who backs up is let in by a new configuration, which a server with one refuses.
  const { identities } = keys;
  const start = (port: number) =>
    startNatsServer({ dir: store, binary: findBinary('nats-server', projectRoot), keys: { identities }, port });
  // Any port but the usual one, which another fixture could take while this server is stopped for a copy.
  let server = await start(0);
  const open: Messaging[] = [];

  async function connect(identity: Identity, tenant?: string): Promise<Messaging> {
    const messaging = await connectMessaging({
      servers: [server.url],
      seed: readSecretFile(seedFileOf(keys, identity, tenant)),
      name: `${identity}-test`,
      inboxPrefix: inboxPrefixOf(identity, tenant),
    });
    open.push(messaging);
    return messaging;
  }

  if (copy === undefined) {
    const audit = auditStream ? { streams: Object.values(streams), durables } : { streams: [], durables: [] };
    await (await connect('provisioner')).provision({
      ...audit,
      buckets: Object.values(buckets),
      replicas: 1,
      storage: 'file',
    });
  }
  return {
    get server() {
      return server;
    },
    keys,
    dir,
    store,
    roots: given.roots ?? join(dir, 'roots'),
    connect,
    async copyStore() {
      await server.stop();
      const copy = mkdtempSync(join(dir, 'copy-'));
      cpSync(store, copy, { recursive: true });
      server = await start(server.port);
      return copy;
    },
    async stop() {
      await Promise.all(open.map((messaging) => messaging.close()));
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
