import { createAuditRecorder, createRecordedLooks } from '@patchbay/audit-log';
import { inboxPrefixOf } from '@patchbay/contracts';
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
import { createDeliveryAudit } from './adapters/delivery-audit.ts';
import { exportedMetrics } from './adapters/exported-metrics.ts';
import { type DeliveryConfig, readConfig } from './config.ts';
import { DeliveryMetrics } from './domain/delivery-metrics.ts';
import type { Report } from './operations/ports.ts';
import { deliveryEndpoints } from './routes.ts';
import { wireDelivery } from './wire-delivery.ts';
import { wireOperators } from './wire-operators.ts';
import { wireStorage } from './wire-storage.ts';
import { wireTargets } from './wire-targets.ts';

export { type DeliveryConfig, readConfig };

/** Wires the delivery of webhooks and begins. Start more to share the work; they share each subscription's rate too. */
export async function startWebhookDelivery(config: DeliveryConfig): Promise<RunningService> {
  const log = createLogger({ service: 'webhook-delivery', ...config });
  const report: Report = (level, message, facts) => log[level](facts, message);
  const telemetry = await startTelemetry('webhook-delivery', config);
  const messaging = await connectMessaging({
    servers: config.natsUrls,
    seed: config.nkeySeed,
    name: config.instance,
    inboxPrefix: inboxPrefixOf('webhook-delivery'),
    onStatus: (status) => log.info({ status }, 'nats connection'),
  });
  const recorder = createAuditRecorder({
    messaging,
    producer: 'webhook-delivery',
    instance: config.instance,
    macKey: config.auditMacKey,
    spool: config.auditSpool ?? null,
    log,
  });
  const metrics = new DeliveryMetrics();
  const startedAt = Date.now();
  const audit = createDeliveryAudit(recorder, config.instance, (error) =>
    report('error', 'an audit event was lost', { err: error }),
  );
  const storage = await wireStorage(messaging, report);
  const targets = wireTargets(config, messaging, report);
  const delivery = await wireDelivery({
    config,
    messaging,
    storage,
    targets,
    audit,
    metrics,
    tracing: telemetry.tracing,
    report,
  });
  telemetry.exportMetrics(() => exportedMetrics(metrics, startedAt, delivery.workers.size));
  const selfReported = selfReport(config, () => ({ diverted: config.dialOverride !== null }));
  const served = await messaging.serve(
    {
      name: 'webhook-delivery',
      version: '0.1.0',
      description: 'Brings webhook events to subscriptions',
      status: async () => ({
        subscriptions: delivery.workers.size,
        processes: delivery.fleet.size,
        ...(await selfReported()),
      }),
      onError: (error, where) => report('error', 'request failed unexpectedly', { err: error, where }),
      ...(config.telemetry != null && { trace: traceRequests(telemetry.tracing) }),
    },
    deliveryEndpoints(
      wireOperators({ storage, targets, delivery, audit, report }),
      createRecordedLooks((entry) => recorder.record(entry)),
    ),
  );
  log.info({ nats: messaging.serverVersion }, 'webhook delivery ready');
  return {
    name: config.instance,
    isReady: () => messaging.connected,
    stop: stopInOrder([
      () => recorder.windDown(),
      () => Promise.all([served.stop(), delivery.stop()]),
      () => storage.close(),
      () => targets.close(),
      () => recorder.close(),
      () => telemetry.stop(),
      () => messaging.close(),
    ]),
  };
}

if (import.meta.main) await runMain(() => startWebhookDelivery(readConfig()));
