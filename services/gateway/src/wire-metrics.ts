import { broadcasts } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { Telemetry } from '@patchbay/service-kit';
import { executorMetrics, gatewayMetrics } from './adapters/metrics-export.ts';
import { prometheusText } from './adapters/prometheus-text.ts';
import { RequestCounts } from './domain/request-counts.ts';
import type { MetricsPort } from './http/metrics-routes.ts';
import type { OpenSessions } from './operations/open-sessions.ts';

export interface MetricsParts {
  readonly messaging: Pick<Messaging, 'askEvery'>;
  readonly telemetry: Pick<Telemetry, 'exportMetrics'>;
  readonly sessions: Pick<OpenSessions, 'size'>;
}

/** Wires what a gateway counts, for a collector and for a scraper; the scraper gets what executors count too. */
export function wireMetrics({ messaging, telemetry, sessions }: MetricsParts) {
  const counts = new RequestCounts(Date.now());
  const own = () => gatewayMetrics(counts, sessions.size);
  telemetry.exportMetrics(own);
  const metricsText: MetricsPort = async (of) => {
    const executors = of === 'gateway' ? [] : await messaging.askEvery(broadcasts.executorStats, {});
    return prometheusText([
      ...(of === 'executors' ? [] : own()),
      ...(of === 'gateway' ? [] : executorMetrics(executors, Date.now())),
    ]);
  };
  return { counts, metricsText };
}
