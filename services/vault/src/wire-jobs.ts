import { events, type VaultJob } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { openFileErasureLedger } from './adapters/file-erasure-ledger.ts';
import { createNatsJobStore } from './adapters/nats-job-store.ts';
import { reencryptOAuthClients, removeOAuthClients } from './adapters/nats-oauth-clients.ts';
import { createNatsOverlaps } from './adapters/nats-overlaps.ts';
import type { VaultConfig } from './config.ts';
import { maxCredentialBytes } from './encryption/credential-cipher.ts';
import { isSameKey, type KeyService } from './encryption/key-service.ts';
import type { TenantKeyStore } from './encryption/tenant-key-store.ts';
import type { TenantKeys } from './encryption/tenant-keys.ts';
import { createRecordJob } from './jobs/audit-job.ts';
import { endOverlaps } from './jobs/end-overlaps.ts';
import { eraseAgain } from './jobs/erase-again.ts';
import { eraseTenant } from './jobs/erase-tenant.ts';
import { startJobRunner } from './jobs/job-runner.ts';
import { jobTimes } from './jobs/ports.ts';
import { rewrapKeys } from './jobs/rewrap-keys.ts';
import { rotateTenantKey } from './jobs/rotate-tenant-key.ts';
import { startJob } from './jobs/start-job.ts';
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

interface Wired {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly cipher: CredentialCipher;
  readonly tenantKeys: TenantKeys;
  readonly keyStore: TenantKeyStore;
  readonly keyService: KeyService;
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
  const ledger = openFileErasureLedger(config.erasuresFile, config.sealingSeed);
  for (const { tenant, genuine } of ledger.notes()) {
    ports.erased.add(tenant);
    if (!genuine) ports.report('error', 'the list of erased tenants has a line that no vault wrote', { tenant });
  }
  function markErased({ tenant, started_at: erased_at, id: job }: VaultJob): void {
    if (!ports.erased.has(tenant)) {
      ports.erased.add(tenant);
      ports.tenantKeys.drop(tenant);
    }
    try {
      ledger.note({ tenant, erased_at, job });
    } catch (error) {
      ports.report('error', 'an erased tenant could not be noted apart from the store', { tenant, err: error });
    }
  }
  const rotation = rotateTenantKey({
    ...ports,
    times,
    reencryptClients: (tenant, version) => reencryptOAuthClients(clients, ports.cipher, tenant, version),
  });
  const overlaps = createNatsOverlaps(await messaging.bucket('overlaps'));
  const overlapsEnding = await endOverlaps({ ...ports, overlaps, everyMs: times.overlapsMs });
  const runner = await startJobRunner({
    store,
    work: {
      rotate_tenant_key: rotation,
      rewrap_keys: rewrapKeys(ports),
      erase_tenant: eraseTenant({
        ...ports,
        ledger,
        times,
        removeClients: (tenant) => removeOAuthClients(clients, tenant),
      }),
      erase_connection: rotation,
    },
    isForUs: ({ target_key }) => target_key === null || isSameKey(target_key, ports.keyService.keyId),
    onJob: (job) => job.kind === 'erase_tenant' && markErased(job),
    recordJob: createRecordJob(ports),
    report: ports.report,
    now: ports.now,
    instance: config.instance,
    times,
  });
  const starting = { ...ports, store, runner, instance: config.instance };
  const ending = new AbortController();
  const erasingAgain = eraseAgain(
    {
      ...ports,
      tenants: ledger.notes().flatMap(({ tenant, genuine }) => (genuine ? [tenant] : [])),
      store,
      start: (tenant) => startJob(starting, { tenant, kind: 'erase_tenant', begunBy: 'vault' }, { traceId: null }),
      times,
    },
    ending.signal,
  );
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
      overlapsEnding.stop();
      changes.unsubscribe();
      ending.abort();
      await erasingAgain;
      await runner.stop();
    },
  };
}
