import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buckets, durables, type Identity, inboxPrefixOf, streams } from '@patchbay/contracts';
import { ensureIdentityKeys, findBinary, type LocalKeys, seedFileOf, startNatsServer } from '@patchbay/local-servers';
import { connectMessaging, type Messaging } from '@patchbay/messaging';
import { readKeyFile, readSecretFile } from '@patchbay/service-kit';
import type { RegistryConfig } from '../src/config.ts';

export interface NatsFixture {
  readonly keys: LocalKeys;
  connect(identity: Identity, tenant?: string): Promise<Messaging>;
  /** The configuration of one registry process on this server. */
  registryConfig(
    instance: string,
    seedCatalogue?: RegistryConfig['seedCatalogue'],
    folder?: string | null,
  ): RegistryConfig;
  stop(): Promise<void>;
}

const projectRoot = join(import.meta.dirname, '../../..');

/** A real nats-server with the project's keys and permissions, its streams and buckets provisioned. */
export async function startNatsFixture(): Promise<NatsFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'patchbay-registry-'));
  const keys = ensureIdentityKeys(join(dir, 'keys'), ['acme', 'globex']);
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

  await (await connect('provisioner')).provision({
    streams: Object.values(streams),
    buckets: Object.values(buckets),
    durables,
    replicas: 1,
    storage: 'file',
  });
  return {
    keys,
    connect,
    registryConfig: (instance, seedCatalogue = false, folder = null) => ({
      natsUrls: [server.url],
      nkeySeed: readSecretFile(seedFileOf(keys, 'registry')),
      mode: 'development',
      logLevel: 'silent',
      logFile: null,
      instance,
      auditMacKey: readKeyFile(keys.auditMacKeyFiles.registry),
      seedCatalogue,
      folder,
    }),
    async stop() {
      await Promise.all(open.map((messaging) => messaging.close()));
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
