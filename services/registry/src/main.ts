import { setTimeout as delay } from 'node:timers/promises';
import { createAuditRecorder } from '@patchbay/audit-log';
import { loadShipped } from '@patchbay/catalog';
import { buckets, events, inboxPrefixOf } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import { openRegistryCopy } from '@patchbay/registry-copy';
import {
  createLogger,
  type RunningService,
  runMain,
  selfReport,
  startTelemetry,
  stopInOrder,
  traceRequests,
} from '@patchbay/service-kit';
import { readCatalogueIds } from './adapters/catalogue-files.ts';
import { createNatsEntryStores } from './adapters/nats-entry-stores.ts';
import { followLatencies } from './adapters/nats-latencies.ts';
import { openPolicyStore } from './adapters/nats-policies.ts';
import { createPrivacyPolicyStore } from './adapters/nats-privacy-policies.ts';
import { watchFolder } from './adapters/watched-folder.ts';
import { type RegistryConfig, readConfig } from './config.ts';
import { tenantTokenOf } from './domain/audit-scope.ts';
import { ObservedLatencies } from './domain/observed-latencies.ts';
import { toolLatency } from './domain/tool-latency.ts';
import { deprecateIntegration } from './operations/deprecate-integration.ts';
import { describeTools } from './operations/describe-tools.ts';
import { diffIntegration } from './operations/diff-integration.ts';
import { getIntegration } from './operations/get-integration.ts';
import { installIntegration } from './operations/install-integration.ts';
import { keepFolder } from './operations/keep-folder.ts';
import { listChoices } from './operations/list-choices.ts';
import { listTools } from './operations/list-tools.ts';
import { listToolsets } from './operations/list-toolsets.ts';
import { pinIntegration } from './operations/pin-integration.ts';
import type { Announce, Caller, LatencyOf, RecordAudit, Report } from './operations/ports.ts';
import { publishFile } from './operations/publish-file.ts';
import { registerIntegration } from './operations/register-integration.ts';
import { removeToolset } from './operations/remove-toolset.ts';
import { retireIntegration } from './operations/retire-integration.ts';
import { rollBackIntegration } from './operations/roll-back-integration.ts';
import { searchTools } from './operations/search-tools.ts';
import { seedCatalogue } from './operations/seed-catalogue.ts';
import { setToolset } from './operations/set-toolset.ts';
import { showToolset } from './operations/show-toolset.ts';
import { policyEndpoints } from './policy-endpoints.ts';
import { privacyEndpoints } from './privacy-endpoints.ts';
import { registryEndpoints } from './routes.ts';
import { createTenantSearch } from './search/tenant-search.ts';

export { type RegistryConfig, readConfig } from './config.ts';

/** Wires a registry and serves it. Start more for availability: they share requests through a queue group. */
export async function startRegistry(config: RegistryConfig): Promise<RunningService> {
  const log = createLogger({ service: 'registry', ...config });
  const telemetry = await startTelemetry('registry', config);
  const messaging = await connectMessaging({
    servers: config.natsUrls,
    seed: config.nkeySeed,
    name: config.instance,
    inboxPrefix: inboxPrefixOf('registry'),
    onStatus: (status) => log.info({ status }, 'nats connection'),
  });
  const report: Report = (level, message, facts) => log[level](facts, message);
  const documents = await openRegistryCopy({
    messaging,
    onError: (problem) => log.error({ problem }, 'an entry of the registry was left out'),
  });
  const stores = createNatsEntryStores(await messaging.bucket('integrations'), documents.applyOwnWrite);
  const recorder = createAuditRecorder({
    messaging,
    producer: 'registry',
    instance: config.instance,
    macKey: config.auditMacKey,
    spool: config.auditSpool ?? null,
    log,
  });
  const recordAudit: RecordAudit = (entry) => recorder.record(entry);
  const announce: Announce = (change) =>
    messaging.publishEvent(events.registryChanged, { tenant: tenantTokenOf(change.scope) }, change);
  const catalogueIds = await readCatalogueIds();
  const isCatalogue = (integration: string) => catalogueIds.has(integration);
  const search = createTenantSearch(documents);
  const now = () => new Date();
  const changing = {
    store: stores.documents,
    choices: stores.choices,
    toolsets: stores.toolsets,
    documents,
    recordAudit,
    announce,
    report,
    now,
  };
  const register = registerIntegration({ ...changing, isCatalogue });
  const retire = retireIntegration(changing);
  const pin = pinIntegration(changing);
  const folderCaller: Caller = { actor: { kind: 'service', id: config.instance }, traceId: null };
  const folder = keepFolder({
    registry: config.instance,
    folder: config.folder,
    documents,
    publish: publishFile({ documents, register, retire, caller: folderCaller }),
    retire,
    caller: folderCaller,
    report,
    now,
  });

  if (config.seedCatalogue !== false) {
    const seeded = await seedCatalogue({ documents, register, report, pause: (ms) => delay(ms) })(
      await loadShipped(config.seedCatalogue),
      { actor: { kind: 'service', id: config.instance }, traceId: null },
    );
    log.info({ seeded }, 'catalogue registered');
  }
  const observed = new ObservedLatencies();
  const latencies = await followLatencies(await messaging.bucket(buckets.latencies.name), observed);
  const policies = await openPolicyStore(await messaging.bucket(buckets.policies.name), (problem) =>
    log.error({ problem }, 'a version of policies cannot be used'),
  );
  const privacy = createPrivacyPolicyStore(await messaging.bucket(buckets.privacy_policies.name));
  const latencyOf: LatencyOf = ({ scope, document, name, tool }) =>
    toolLatency(tool.latency, observed.of(scope, document.id, name), Date.now());
  search.prepare();
  const served = await messaging.serve(
    {
      name: 'registry',
      version: '0.1.0',
      description: 'Keeps integration documents and finds tools in them',
      status: selfReport(config, () => ({ unreadable_integrations: documents.unreadable.slice(0, 10) })),
      onError: (error, where) => log.error({ err: error, where }, 'request failed unexpectedly'),
      ...(config.telemetry != null && { trace: traceRequests(telemetry.tracing) }),
    },
    [
      ...policyEndpoints({ policies, recordAudit, report, now }),
      ...privacyEndpoints({ privacy, documents, recordAudit, report, now }),
      ...registryEndpoints({
        registerIntegration: register,
        retireIntegration: retire,
        pinIntegration: pin,
        rollBackIntegration: rollBackIntegration({ ...changing, pin }),
        installIntegration: installIntegration(changing),
        listChoices: listChoices({ documents }),
        deprecateIntegration: deprecateIntegration(changing),
        diffIntegration: diffIntegration({ documents }),
        setToolset: setToolset(changing),
        showToolset: showToolset({ documents }),
        listToolsets: listToolsets({ documents }),
        removeToolset: removeToolset(changing),
        folderState: folder.state,
        getIntegration: getIntegration({ documents }),
        listTools: listTools({ documents, latencyOf }),
        searchTools: searchTools({ documents, search, latencyOf }),
        describeTools: describeTools({ documents, latencyOf }),
      }),
    ],
  );
  const watched =
    config.folder === null
      ? null
      : watchFolder({
          folder: config.folder,
          keeper: folder,
          onError: (error) => log.error({ err: error }, 'following the integrations folder failed'),
        });
  log.info({ nats: messaging.serverVersion, folder: config.folder }, 'registry ready');
  return {
    name: config.instance,
    isReady: () => messaging.connected,
    stop: stopInOrder([
      () => served.stop(),
      () => watched?.close(),
      () => recorder.close(),
      () => latencies.unsubscribe(),
      () => policies.close(),
      () => documents.close(),
      () => messaging.close(),
      () => telemetry.stop(),
    ]),
  };
}

if (import.meta.main) await runMain(() => startRegistry(readConfig()));
