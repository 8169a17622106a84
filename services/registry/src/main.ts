import { setTimeout as delay } from 'node:timers/promises';
import { createAuditRecorder } from '@patchbay/audit-log';
import { loadCatalog } from '@patchbay/catalog';
import { buckets, events, inboxPrefixOf } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import { openRegistryCopy } from '@patchbay/registry-copy';
import {
  createLogger,
  type RunningService,
  runMain,
  startTelemetry,
  stopInOrder,
  traceRequests,
} from '@patchbay/service-kit';
import { readCatalogueIds } from './adapters/catalogue-files.ts';
import { createNatsDocumentStore } from './adapters/nats-document-store.ts';
import { followLatencies } from './adapters/nats-latencies.ts';
import { type RegistryConfig, readConfig } from './config.ts';
import { tenantTokenOf } from './domain/audit-scope.ts';
import { ObservedLatencies } from './domain/observed-latencies.ts';
import { toolLatency } from './domain/tool-latency.ts';
import { describeTools } from './operations/describe-tools.ts';
import { getIntegration } from './operations/get-integration.ts';
import { listTools } from './operations/list-tools.ts';
import type { Announce, LatencyOf, RecordAudit, Report } from './operations/ports.ts';
import { registerIntegration } from './operations/register-integration.ts';
import { retireIntegration } from './operations/retire-integration.ts';
import { searchTools } from './operations/search-tools.ts';
import { seedCatalogue } from './operations/seed-catalogue.ts';
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
  const store = createNatsDocumentStore(await messaging.bucket('integrations'), documents.applyOwnWrite);
  const recorder = createAuditRecorder({
    messaging,
    producer: 'registry',
    instance: config.instance,
    macKey: config.auditMacKey,
  });
  const recordAudit: RecordAudit = (entry) => recorder.record(entry);
  const announce: Announce = (change) =>
    messaging.publishEvent(events.registryChanged, { tenant: tenantTokenOf(change.scope) }, change);
  const catalogueIds = await readCatalogueIds();
  const isCatalogue = (integration: string) => catalogueIds.has(integration);
  const search = createTenantSearch(documents);
  const register = registerIntegration({
    documents,
    store,
    recordAudit,
    announce,
    report,
    isCatalogue,
    now: () => new Date(),
  });

  if (config.seedCatalogue) {
    const seeded = await seedCatalogue({ documents, register, report, pause: (ms) => delay(ms) })(await loadCatalog(), {
      actor: { kind: 'service', id: config.instance },
      traceId: null,
    });
    log.info({ seeded }, 'catalogue registered');
  }
  const observed = new ObservedLatencies();
  const latencies = await followLatencies(await messaging.bucket(buckets.latencies.name), observed);
  const latencyOf: LatencyOf = ({ scope, document, name, tool }) =>
    toolLatency(tool.latency, observed.of(scope, document.id, name), Date.now());
  search.prepare();
  const served = await messaging.serve(
    {
      name: 'registry',
      version: '0.1.0',
      description: 'Keeps integration documents and finds tools in them',
      onError: (error, where) => log.error({ err: error, where }, 'request failed unexpectedly'),
      ...(config.telemetry != null && { trace: traceRequests(telemetry.tracing) }),
    },
    registryEndpoints({
      registerIntegration: register,
      retireIntegration: retireIntegration({ documents, store, recordAudit, announce, report }),
      getIntegration: getIntegration({ documents }),
      listTools: listTools({ documents, latencyOf }),
      searchTools: searchTools({ search, latencyOf }),
      describeTools: describeTools({ documents, latencyOf }),
    }),
  );
  log.info({ nats: messaging.serverVersion }, 'registry ready');
  return {
    name: config.instance,
    stop: stopInOrder([
      () => served.stop(),
      () => recorder.close(),
      () => latencies.unsubscribe(),
      () => documents.close(),
      () => messaging.close(),
      () => telemetry.stop(),
    ]),
  };
}

if (import.meta.main) await runMain(() => startRegistry(readConfig()));
