import { mkdtempSync, rmSync } from 'node:fs';
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
  connect(identity: Identity, tenant?: string): Promise<Messaging>;
  stop(): Promise<void>;
}

const projectRoot = join(import.meta.dirname, '../../..');

/**
 * A real nats-server with the project's keys and permissions, its streams and buckets provisioned.
 * @param auditStream false: without stream `AUDIT`, so that no audit record can be written.
 */
export async function startNatsFixture({ auditStream = true } = {}): Promise<NatsFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-vault-'));
  const keys = ensureIdentityKeys(join(dir, 'keys'), ['acme']);
  const server = await startNatsServer({
    dir: join(dir, 'nats'),
    binary: findBinary('nats-server', projectRoot),
    keys,
  });
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

  const audit = auditStream ? { streams: Object.values(streams), durables } : { streams: [], durables: [] };
  await (await connect('provisioner')).provision({
    ...audit,
    buckets: Object.values(buckets),
    replicas: 1,
    storage: 'file',
  });
  return {
    server,
    keys,
    dir,
    connect,
    async stop() {
      await Promise.all(open.map((messaging) => messaging.close()));
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
