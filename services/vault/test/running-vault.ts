import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddConnectionRequest, type LeasePayload, type LeaseRequest, newId, routes } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import { type RunningService, readKeyFile, readSecretFile } from '@patchbay/service-kit';
import type { z } from 'zod';
import { type KeyServiceConfig, startVault, type VaultConfig } from '../src/main.ts';
import { sealCredential } from './memory-vault.ts';
import type { NatsFixture } from './nats-fixture.ts';

export interface RunningVault extends RunningService {
  /** What the process logged so far. */
  log(): string;
}

/** A vault process's parts, run in this one, over real NATS with the vault's own permissions. */
export async function runVault(
  nats: NatsFixture,
  keyService: KeyServiceConfig,
  sealingSeed: string,
  instance = 'vault-1',
  more: Partial<VaultConfig> = {},
): Promise<RunningVault> {
  const logFile = join(nats.dir, `${instance}.log`);
  const service = await startVault({
    natsUrls: [nats.server.url],
    nkeySeed: readSecretFile(seedFileOf(nats.keys, 'vault')),
    mode: 'development',
    logLevel: 'trace',
    logFile,
    instance,
    auditMacKey: readKeyFile(nats.keys.auditMacKeyFiles.vault),
    keyService,
    sealingSeed,
    connect: null,
    rootsDir: nats.roots,
    erasuresFile: null,
    dialOverride: null,
    tenantPoliciesFile: null,
    trustedOrigins: [],
    ...more,
  });
  return { ...service, log: () => readFileSync(logFile, 'utf8') };
}

/** Adds a connection as the administrator's tool does. */
export async function addThrough(
  admin: Messaging,
  credential: unknown,
  change: Partial<z.input<typeof AddConnectionRequest>> = {},
) {
  const { public_key } = await admin.request(routes.getVaultKey, {}, {});
  const answer = await admin.request(
    routes.addConnection,
    {},
    { tenant: 'acme', integration: 'slack', sealed_credential: sealCredential(credential, public_key), ...change },
  );
  return answer.connection;
}

const recipient = createSealingKeys();

/** Leases a credential as an executor does, and opens it. */
export async function leaseThrough(
  executor: Messaging,
  change: Partial<LeaseRequest> = {},
): Promise<z.infer<typeof LeasePayload>> {
  const request = {
    tenant: 'acme',
    integration: 'slack',
    execution_id: newId('execution'),
    recipient: recipient.publicKey,
    ...change,
  };
  const lease = await executor.request(routes.leaseCredential, {}, request);
  return JSON.parse(Buffer.from(recipient.open(Buffer.from(lease.sealed, 'base64'), lease.sender)).toString());
}
