import { events } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { createNatsJobStore } from './adapters/nats-job-store.ts';
import { reencryptOAuthClients, removeOAuthClients } from './adapters/nats-oauth-clients.ts';
import { createNatsOverlaps } from './adapters/nats-overlaps.ts';
import type { VaultConfig } from './config.ts';
import { maxCredentialBytes } from './encryption/credential-cipher.ts';
import { isSameKey, type RootedKeyService } from './encryption/key-service.ts';
import type { TenantKeyStore } from './encryption/tenant-key-store.ts';
import type { TenantKeys } from './encryption/tenant-keys.ts';
import { createRecordJob } from './jobs/audit-job.ts';
import { endOverlaps } from './jobs/end-overlaps.ts';
import { eraseTenant } from './jobs/erase-tenant.ts';
import { startJobRunner } from './jobs/job-runner.ts';
import { jobTimes } from './jobs/ports.ts';
import { rewrapKeys } from './jobs/rewrap-keys.ts';
import { rotateTenantKey } from './jobs/rotate-tenant-key.ts';
import { listJobs } from './operations/list-jobs.ts';
import type {
  BroadcastRevocation,
  ConnectionStore,
  CredentialCipher,
  CredentialStore,
  RecordAudit,
  Report,
  Sealer,
} from './operations/ports.ts';
import type { removeConnection } from './operations/remove-connection.ts';
import { revertCredential, rotateCredential } from './operations/rotate-credential.ts';
import { startConnectionErasure, startTenantErasure } from './operations/start-erasure.ts';
import { startRewrap } from './operations/start-rewrap.ts';
import { startRotation } from './operations/start-rotation.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { openErasures, startErasingAgain } from './wire-erasures.ts';

interface Wired {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly secrets: SecretStore;
  readonly cipher: CredentialCipher;
  readonly tenantKeys: TenantKeys;
  readonly keyStore: TenantKeyStore;
  readonly keyService: RootedKeyService;
  readonly sealer: Sealer;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly now: () => Date;
  readonly broadcastRevocation: BroadcastRevocation;
  readonly removeConnection: ReturnType<typeof removeConnection>;
  /** Gets the tenants that jobs, or the ledger, say are erased. */
  readonly erased: Set<string>;
}

/** The work of the vault that outlives a process: what starts it, and how it ends. */
export async function wireJobs(config: VaultConfig, messaging: Messaging, ports: Wired) {
  const store = createNatsJobStore(await messaging.bucket('vault_jobs'), config.sealingSeed);
  const clients = await messaging.bucket('oauth_clients');
  const times = { ...jobTimes, ...config.jobTimes };
  const changes = messaging.subscribeEvent(events.tenantKeysChanged, {}, ({ tenant }) => ports.tenantKeys.drop(tenant));
  const { ledger, note, hear } = openErasures(config, ports);
  const rotation = rotateTenantKey({
    ...ports,
    times,
    reencryptClients: (tenant, version) => reencryptOAuthClients(clients, ports.cipher, tenant, version),
  });
  const overlaps = createNatsOverlaps(await messaging.bucket('overlaps'));
  const ending = await endOverlaps({ ...ports, overlaps, everyMs: times.overlapsMs });
  const runner = await startJobRunner({
    store,
    work: {
      rotate_tenant_key: rotation,
      rewrap_keys: rewrapKeys(ports),
      erase_tenant: eraseTenant({
        ...ports,
        note,
        times,
        removeClients: (tenant) => removeOAuthClients(clients, tenant),
      }),
      async erase_connection(hand) {
        note(hand.job);
        return rotation(hand);
      },
    },
    isForUs: ({ target_key }) => target_key === null || isSameKey(target_key, ports.keyService.keyId),
    onJob: hear,
    recordJob: createRecordJob(ports),
    report: ports.report,
    now: ports.now,
    instance: config.instance,
    times,
  });
  const starting = { ...ports, store, runner, instance: config.instance };
  const erasingAgain = await startErasingAgain({ ...starting, ledger, times });
  return {
    operations: {
      rotateTenantKey: startRotation(starting),
      rewrapKeys: startRewrap(starting),
      eraseTenant: startTenantErasure(starting),
      eraseConnection: startConnectionErasure(starting),
      rotateCredential: rotateCredential({ ...ports, overlaps, maxCredentialBytes }),
      revertCredential: revertCredential({ ...ports, overlaps, maxCredentialBytes }),
      listVaultJobs: listJobs(runner),
    },
    async stop() {
      ending.stop();
      changes.unsubscribe();
      await erasingAgain.stop();
      await runner.stop();
    },
  };
}
