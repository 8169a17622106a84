import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSigningKey } from '@patchbay/audit-log/proofs';
import {
  auditConsumer,
  auditProducers,
  buckets,
  type Identity,
  inboxPrefixOf,
  type ServiceName,
  streams,
} from '@patchbay/contracts';
import { ensureIdentityKeys, findBinary, type LocalKeys, seedFileOf, startNatsServer } from '@patchbay/local-servers';
import { connectMessaging, type Messaging } from '@patchbay/messaging';
import { readKeyFile, readSecretFile } from '@patchbay/service-kit';
import { type AuditConfig, type AuditService, startAudit } from '../src/main.ts';
import { publishRaw } from './raw-nats.ts';

/** A real NATS server with its streams, and what tests need to run the audit service against it. */
export interface AuditStack {
  readonly natsUrl: string;
  readonly keys: LocalKeys;
  readonly dir: string;
  connect(identity: Identity, tenant?: string): Promise<Messaging>;
  macKeyOf(producer: ServiceName): Buffer;
  configOf(databaseUrl: string, changes?: Partial<AuditConfig>): AuditConfig;
  /** Starts the service; it is stopped with the stack if it still runs then. */
  startService(databaseUrl: string, changes?: Partial<AuditConfig>): Promise<AuditService>;
  stopServices(): Promise<void>;
  /** As an identity, with any reply subject. */
  publishWithReply(identity: Identity, subject: string, reply: string, payload: string): Promise<void>;
  stop(): Promise<void>;
}

const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));
const producers = [...new Set(Object.values(auditProducers))];

export async function startAuditStack(tenants: readonly string[]): Promise<AuditStack> {
  const dir = mkdtempSync(join(tmpdir(), 'audit-stack-'));
  const keys = ensureIdentityKeys(join(dir, 'keys'), tenants);
  const nats = await startNatsServer({ dir: join(dir, 'nats'), binary: findBinary('nats-server', projectRoot), keys });
  const stops: (() => Promise<unknown>)[] = [];
  const seedOf = (identity: Identity, tenant?: string) => readSecretFile(seedFileOf(keys, identity, tenant));

  async function connect(identity: Identity, tenant?: string): Promise<Messaging> {
    const messaging = await connectMessaging({
      servers: [nats.url],
      seed: seedOf(identity, tenant),
      name: `test-${identity}`,
      inboxPrefix: inboxPrefixOf(identity, tenant),
    });
    stops.push(() => messaging.close());
    return messaging;
  }

  const stopServers = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await nats.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await provision(await connect('provisioner'), nats.url, seedOf('provisioner'));
  } catch (error) {
    await stopServers();
    throw error;
  }

  const macKeyOf = (producer: (typeof producers)[number]) => readKeyFile(keys.auditMacKeyFiles[producer]);
  const configOf = (databaseUrl: string, changes: Partial<AuditConfig> = {}): AuditConfig => ({
    natsUrls: [nats.url],
    nkeySeed: seedOf('audit'),
    mode: 'development',
    logLevel: 'silent',
    logFile: null,
    instance: 'audit-test',
    auditMacKey: macKeyOf('audit'),
    databaseUrl,
    niceness: 0,
    prices: null,
    reconcileAfterMs: 180_000,
    log: {
      signer: { kind: 'file', key: readSigningKey(readSecretFile(keys.auditCheckpointKeyFile)) },
      archive: { kind: 'directory', path: join(dir, 'checkpoints') },
      witnesses: [],
      installation: null,
      everyMs: 60_000,
      everyEvents: 1_000,
    },
    keeping: {
      sinks: [],
      sinkPauseRule: { failures: 10, failingForMs: 3_600_000 },
      exportsLocation: null,
      s3Endpoint: null,
      trustedOrigins: [],
      tenantPoliciesFile: null,
    },
    auditMacKeys: new Map(producers.map((producer) => [producer, macKeyOf(producer)])),
    ...changes,
  });
  const services: AuditService[] = [];
  const stopServices = async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  };
  stops.push(stopServices);
  return {
    natsUrl: nats.url,
    keys,
    dir,
    connect,
    macKeyOf,
    configOf,
    async startService(databaseUrl, changes) {
      const service = await startAudit(configOf(databaseUrl, changes));
      services.push(service);
      return service;
    },
    stopServices,
    publishWithReply: (identity, subject, reply, payload) =>
      publishRaw(nats.url, seedOf(identity), { subject, reply, payload }),
    stop: stopServers,
  };
}

async function provision(provisioner: Messaging, natsUrl: string, seed: string): Promise<void> {
  const plan = {
    streams: Object.values(streams),
    buckets: Object.values(buckets),
    replicas: 1,
    storage: 'file',
  } as const;
  await provisioner.provision({ ...plan, durables: [] });
  // Made before `provision` would, to have what a dead process held delivered again after one second, not thirty.
  await publishRaw(natsUrl, seed, {
    subject: `$JS.API.CONSUMER.DURABLE.CREATE.${auditConsumer.stream}.${auditConsumer.durable}`,
    reply: `${inboxPrefixOf('provisioner')}.ignored`,
    payload: JSON.stringify({
      stream_name: auditConsumer.stream,
      config: {
        durable_name: auditConsumer.durable,
        ack_policy: 'explicit',
        deliver_policy: 'all',
        ack_wait: 1_000_000_000,
        max_ack_pending: 5_000,
        max_deliver: -1,
      },
    }),
  });
  await provisioner.provision({ ...plan, durables: [auditConsumer] });
}
