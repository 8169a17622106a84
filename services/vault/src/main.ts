import { createAuditRecorder } from '@patchbay/audit-log';
import { events, inboxPrefixOf, type ServiceDoor } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import {
  createLogger,
  type RunningService,
  runMain,
  selfReport,
  startTelemetry,
  stopInOrder,
  traceRequests,
} from '@patchbay/service-kit';
import { createAwsKmsKeyService } from './adapters/aws-kms-key-service.ts';
import { openSubjectRoots } from './adapters/directory-subject-roots.ts';
import { openTenantRoots } from './adapters/directory-tenant-roots.ts';
import { createLocalFileKeyService } from './adapters/local-file-key-service.ts';
import { createNatsConnectionStore } from './adapters/nats-connection-store.ts';
import { createNatsCredentialStore } from './adapters/nats-credential-store.ts';
import { createNatsSecretStore } from './adapters/nats-secret-store.ts';
import { createNatsTenantKeyStore } from './adapters/nats-tenant-key-store.ts';
import { createXkeySealer } from './adapters/xkey-sealer.ts';
import { readConfig, type VaultConfig } from './config.ts';
import { adoptRootsAtStart } from './encryption/adopt-roots.ts';
import { createCredentialCipher, maxCredentialBytes } from './encryption/credential-cipher.ts';
import { guardKeyService } from './encryption/guarded-key-service.ts';
import type { KeyService } from './encryption/key-service.ts';
import { rootKeyService } from './encryption/rooted-key-service.ts';
import { createTenantKeys } from './encryption/tenant-keys.ts';
import type { RefreshPorts } from './oauth/refresh-credential.ts';
import { addConnection } from './operations/add-connection.ts';
import { getVaultKey } from './operations/get-vault-key.ts';
import { leaseCredential } from './operations/lease-credential.ts';
import { listConnections } from './operations/list-connections.ts';
import type { BroadcastRevocation, RecordAudit, Report } from './operations/ports.ts';
import { removeConnection } from './operations/remove-connection.ts';
import { setConnectionHealth } from './operations/set-connection-health.ts';
import { vaultEndpoints } from './routes.ts';
import { type DropSecretsPorts, dropSecrets } from './secrets/drop-secrets.ts';
import { keepSecret } from './secrets/keep-secret.ts';
import { lendSecrets } from './secrets/lend-secrets.ts';
import type { DestroySubjectPorts } from './subjects/destroy-subject.ts';
import { wireJobs } from './wire-jobs.ts';
import { wireOAuth } from './wire-oauth.ts';
import { rootsWithPersons, subjectOperations } from './wire-subjects.ts';

export type { KeyServiceConfig, VaultConfig } from './config.ts';
export { readConfig };

/** A lease waits for its audit record; a sink that hangs counts as failed after this. */
const auditTimeoutMs = 1_000;

/** Wires a vault and serves it. Start more for availability: they share requests through a queue group. */
export async function startVault(config: VaultConfig): Promise<RunningService> {
  const log = createLogger({ service: 'vault', ...config });
  const report: Report = (level, message, facts) => log[level](facts, message);
  const wrapping = guardKeyService(createKeyService(config), { report });
  const roots = await openTenantRoots(config.rootsDir);
  const subjectRoots = openSubjectRoots(config.rootsDir);
  const keyService = rootKeyService(wrapping, rootsWithPersons(roots, subjectRoots));
  const sealer = createXkeySealer(config.sealingSeed);
  const telemetry = await startTelemetry('vault', config);
  const messaging = await connectMessaging({
    servers: config.natsUrls,
    seed: config.nkeySeed,
    name: config.instance,
    inboxPrefix: inboxPrefixOf('vault'),
    onStatus: (status) => log.info({ status }, 'nats connection'),
  });
  const recorder = createAuditRecorder({
    messaging,
    producer: 'vault',
    instance: config.instance,
    macKey: config.auditMacKey,
    spool: config.auditSpool ?? null,
    log,
    timeoutMs: auditTimeoutMs,
  });
  const connections = createNatsConnectionStore(await messaging.bucket('connections'));
  const credentialRows = await messaging.bucket('credentials');
  const credentials = createNatsCredentialStore(credentialRows);
  const secrets = createNatsSecretStore(credentialRows);
  const now = () => new Date();
  const keyStore = createNatsTenantKeyStore(await messaging.bucket('tenant_keys'));
  await adoptRootsAtStart({ keyStore, keyService, rootsId: roots.id, report });
  const erased = new Set<string>();
  const tenantKeys = createTenantKeys({
    keyService,
    store: keyStore,
    now,
    isErased: (tenant) => erased.has(tenant),
    announce: (tenant) => messaging.publishEvent(events.tenantKeysChanged, {}, { tenant }),
  });
  const cipher = createCredentialCipher(tenantKeys);
  const recordAudit: RecordAudit = (entry) => recorder.record(entry);
  const broadcastDropped: DropSecretsPorts['broadcastDropped'] = (dropped) =>
    messaging.publishEvent(events.secretsDropped, {}, dropped);
  const broadcastErased: DestroySubjectPorts['broadcastErased'] = (erasure) =>
    messaging.publishEvent(events.subjectErased, {}, erasure);
  const broadcastRevocation: BroadcastRevocation = (revoked) => {
    messaging.publishEvent(events.leaseRevoked, {}, revoked);
    if (revoked.connection !== undefined) return;
    broadcastDropped({ tenant: revoked.tenant });
    broadcastErased({ tenant: revoked.tenant });
  };

  const announceExpired: RefreshPorts['announceExpired'] = ({ tenant, id, integration }, reason) =>
    messaging.publishEvent(
      events.connectionExpired,
      { tenant, connection: id },
      { connection: id, integration, reason },
    );
  const common = { connections, credentials, secrets, cipher, sealer, recordAudit, report, now, broadcastRevocation };
  const oauth = await wireOAuth(config, messaging, log, { ...common, announceExpired });
  const removal = removeConnection({ ...common, revokeUpstream: oauth.revokeUpstream });
  const jobs = await wireJobs(config, messaging, {
    ...common,
    tenantKeys,
    keyStore,
    keyService,
    removeConnection: removal,
    erased,
  });

  const served = await messaging.serve(
    {
      name: 'vault',
      version: '0.1.0',
      description: 'Keeps connections and lends their credentials',
      status: selfReport(config, () => ({
        key_service: config.keyService.provider,
        doors: doorsOf(config),
        diverted: config.dialOverride !== null,
      })),
      onError: (error, where) => log.error({ err: error, where }, 'request failed unexpectedly'),
      ...(config.telemetry != null && { trace: traceRequests(telemetry.tracing) }),
    },
    vaultEndpoints(
      {
        leaseCredential: leaseCredential({ ...common, refresh: oauth.refresh }),
        getVaultKey: getVaultKey({ sealer }),
        addConnection: addConnection({ ...common, maxCredentialBytes }),
        listConnections: listConnections({ connections, recordAudit }),
        setConnectionHealth: setConnectionHealth({ connections, now }),
        removeConnection: removal,
        keepSecret: keepSecret(common),
        lendSecrets: lendSecrets({ ...common, assertUsable: tenantKeys.versions }),
        dropSecrets: dropSecrets({ ...common, broadcastDropped }),
        ...subjectOperations({ ...common, subjectRoots, assertUsable: tenantKeys.versions, broadcastErased }),
        ...oauth.operations,
        ...jobs.operations,
      },
      report,
    ),
  );
  // Ready means that the server routes requests here, not only that it was asked to.
  await messaging.flush();
  log.info(
    { nats: messaging.serverVersion, key_service: keyService.provider, key_id: keyService.keyId },
    'vault ready',
  );
  return {
    name: config.instance,
    isReady: () => messaging.connected,
    stop: stopInOrder([
      () => Promise.all([served.stop(), oauth.stopPages()]),
      () => Promise.all([oauth.close(), jobs.stop()]),
      () => recorder.close(),
      () => messaging.close(),
      () => telemetry.stop(),
      () => tenantKeys.close(),
      () => keyService.close(),
    ]),
  };
}

function doorsOf({ connect }: VaultConfig): ServiceDoor[] {
  if (connect === null) return [];
  const { publicUrl, host, port } = connect;
  return [{ serves: 'connect_pages', host, port, public_url: publicUrl, behind_proxy: publicUrl.startsWith('https:') }];
}

function createKeyService({ keyService, mode }: VaultConfig): KeyService {
  return keyService.provider === 'local'
    ? createLocalFileKeyService({ ...keyService, mode })
    : createAwsKmsKeyService({
        keyId: keyService.keyId,
        ...(keyService.previousKeyId !== undefined && { previousKeyId: keyService.previousKeyId }),
        ...(keyService.endpoint !== null && { endpoint: keyService.endpoint }),
      });
}

if (import.meta.main) await runMain(() => startVault(readConfig()));
