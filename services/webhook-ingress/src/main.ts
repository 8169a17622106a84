import { createAuditRecorder, createRecordedLooks } from '@patchbay/audit-log';
import { inboxPrefixOf } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
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
import { loadSchemes } from '@patchbay/webhook-schemes';
import { openWebhookSecrets } from '@patchbay/webhook-secrets';
import { createEgressVisits } from './adapters/egress-visits.ts';
import { createExecutorVendors } from './adapters/executor-vendors.ts';
import { exportedMetrics } from './adapters/hook-metrics-export.ts';
import { createNatsEventStream } from './adapters/nats-event-stream.ts';
import { createNatsKeptRequests } from './adapters/nats-kept-requests.ts';
import { openNatsSources } from './adapters/nats-sources.ts';
import { createVaultSecrets } from './adapters/vault-secrets.ts';
import { type IngressConfig, readConfig } from './config.ts';
import { HookCounts } from './domain/hook-counts.ts';
import { createHookServer } from './http/hook-server.ts';
import { createKeepRequest } from './operations/keep-request.ts';
import { listRejected, showRejected } from './operations/kept-requests.ts';
import { createMeetChallenge } from './operations/meet-challenge.ts';
import { createObserveHooks } from './operations/observe-hooks.ts';
import type { RecordAudit, Report } from './operations/ports.ts';
import { createReceiveHook, createRefuseTooLarge } from './operations/receive-hook.ts';
import { addSource } from './operations/sources/add-source.ts';
import { changeSource } from './operations/sources/change-source.ts';
import { removeSource } from './operations/sources/remove-source.ts';
import { listSources, showSource } from './operations/sources/show-sources.ts';
import { addSourceSecret, removeSourceSecret } from './operations/sources/source-secrets.ts';
import { createRenewSources } from './operations/upstream/renew-sources.ts';
import { ingressEndpoints } from './routes.ts';
import { wireClaims } from './wire-claims.ts';
import { wirePrivacy } from './wire-privacy.ts';
import { wireRenewals } from './wire-renewals.ts';

export { type IngressConfig, readConfig };

/** Milliseconds between two records of what came. */
const reportMs = 5_000;
/** Stands in the place of a public URL that nobody configured: what is signed with its URL is then refused. */
const noPublicUrl = 'https://ingress.invalid';

export interface RunningIngress extends RunningService {
  /** Where it listens. */
  readonly url: string;
}

/** Wires an ingress and serves it. Start more behind a load balancer, or on one port: they share claims through Redis. */
export async function startIngress(config: IngressConfig): Promise<RunningIngress> {
  const log = createLogger({ service: 'webhook-ingress', ...config });
  const report: Report = (level, message, facts) => log[level](facts, message);
  const telemetry = await startTelemetry('webhook-ingress', config);
  const messaging = await connectMessaging({
    servers: config.natsUrls,
    seed: config.nkeySeed,
    name: config.instance,
    inboxPrefix: inboxPrefixOf('webhook-ingress'),
    onStatus: (status) => log.info({ status }, 'nats connection'),
  });
  const recorder = createAuditRecorder({
    messaging,
    producer: 'webhook-ingress',
    instance: config.instance,
    macKey: config.auditMacKey,
    spool: config.auditSpool ?? null,
    log,
  });
  const recordAudit: RecordAudit = (entry) => recorder.record({ ...entry, class: 'webhook' });
  const egress = createEgress({
    ...(config.dialOverride !== null && { dialOverride: config.dialOverride }),
    onRefused: (refusal) => log.warn({ refusal }, 'egress refused'),
  });
  const schemes = loadSchemes();
  const lent = openWebhookSecrets({ messaging, service: 'webhook-ingress' });
  const secrets = createVaultSecrets(lent);
  const sources = await openNatsSources(await messaging.bucket('webhook_sources'), {
    onError: (error, key) => log.error({ err: error, key }, 'a webhook source was left out'),
  });
  const counts = new HookCounts(Date.now());
  const stream = createNatsEventStream(messaging, await messaging.bucket('webhook_requests'));
  const claims = wireClaims({ redisUrl: config.redisUrl, stream, sources, schemes, counts, report });
  const keptRequests = createNatsKeptRequests(await messaging.bucket('webhook_rejected'), claims.nextSlot);
  const kept = createKeepRequest({ kept: keptRequests, report });
  const observed = createObserveHooks({
    counts,
    record: (tenant, type, subject, data) =>
      void recorder
        .record({ tenant, class: 'webhook', type, subject, data, unhurried: true })
        .catch((error) => log.error({ err: error }, 'what came was not recorded')),
  });
  const privacy = await wirePrivacy({ messaging, recordAudit: (entry) => recorder.record(entry), log });
  const visits = createEgressVisits(egress);
  const now = Date.now;
  const hooks = {
    sources,
    schemes,
    secrets,
    kept,
    report,
    now,
    guardEvents: privacy.guardEvents,
    acceptEvents: claims.acceptEvents,
    meetChallenge: createMeetChallenge({ sources, secrets, visit: visits, recordAudit, report, now }),
    fetchCertificate: visits.certificatesFor,
    publicUrl: config.publicUrl ?? noPublicUrl,
    observe: observed.observe,
  };
  const vendors = createExecutorVendors(messaging);
  const ofSources = { sources, schemes, secrets, vendors, recordAudit, report, publicUrl: config.publicUrl, now };
  const served = await messaging.serve(
    {
      name: 'webhook-ingress',
      version: '0.1.0',
      description: 'Takes webhooks in',
      status: selfReport(config, async () => ({
        doors: [
          {
            serves: 'webhooks',
            host: config.host,
            port: config.port,
            public_url: config.publicUrl,
            behind_proxy: config.publicUrl?.startsWith('https:') === true,
          },
        ],
        redis: await claims.redis(),
        diverted: config.dialOverride !== null,
      })),
      onError: (error, where) => log.error({ err: error, where }, 'request failed unexpectedly'),
      ...(config.telemetry != null && { trace: traceRequests(telemetry.tracing) }),
    },
    ingressEndpoints(
      {
        addSource: addSource(ofSources),
        listSources: listSources(ofSources),
        showSource: showSource(ofSources),
        changeSource: changeSource(ofSources),
        removeSource: removeSource(ofSources),
        addSourceSecret: addSourceSecret(ofSources),
        removeSourceSecret: removeSourceSecret(ofSources),
        listRejected: listRejected(keptRequests),
        showRejected: showRejected(keptRequests),
      },
      createRecordedLooks((entry) => recorder.record(entry)),
    ),
  );
  telemetry.exportMetrics(() => exportedMetrics(counts, claims.gauges()));
  const app = createHookServer({
    ...config,
    receiveHook: createReceiveHook(hooks),
    onTooLarge: createRefuseTooLarge(hooks),
    onShed: () => {
      counts.shed++;
    },
    onFailure: (error) => log.error({ err: error }, 'a webhook request failed unexpectedly'),
    onAnswered: (ms) => counts.durations.record(ms),
    tracing: telemetry.tracing,
    isReady: () => messaging.connected,
  });
  await messaging.flush();
  const url = await app.listen({ host: config.host, port: config.port, reusePort: config.sharedPort });
  const renewals = wireRenewals(createRenewSources(ofSources), report);
  const reporting = setInterval(() => observed.report(), reportMs).unref();
  log.info({ nats: messaging.serverVersion, url, public_url: config.publicUrl }, 'webhook ingress ready');
  return {
    name: config.instance,
    isReady: () => messaging.connected,
    url,
    stop: stopInOrder([
      () => Promise.all([app.close(), served.stop(), renewals.stop()]),
      () => kept.settled(),
      () => clearInterval(reporting),
      () => observed.report(),
      () => recorder.close(),
      // What it says last is said while Redis is there.
      () => telemetry.stop(),
      () => claims.stop(),
      () => sources.close(),
      () => privacy.close(),
      () => lent.close(),
      () => egress.close(),
      () => messaging.close(),
    ]),
  };
}

if (import.meta.main) await runMain(() => startIngress(readConfig()));
