import { broadcasts, buckets } from '@patchbay/contracts';
import type { AttemptWatch, Engine } from '@patchbay/execution-engine';
import type { Messaging } from '@patchbay/messaging';
import type { RegistryCopy } from '@patchbay/registry-copy';
import { type Logger, startTelemetry } from '@patchbay/service-kit';
import { countAttempt, countDecisions } from './adapters/count-calls.ts';
import { exportedMetrics } from './adapters/execution-metrics-export.ts';
import { traceAttempt, traceExecutions } from './adapters/execution-spans.ts';
import { publishLatencies } from './adapters/nats-latencies.ts';
import type { ExecutorConfig } from './config.ts';
import { ExecutionMetrics } from './domain/telemetry/execution-metrics.ts';
import { ToolLatencies } from './domain/telemetry/tool-latencies.ts';
import type { ExecuteToolPorts } from './operations/execute-tool.ts';
import { observeExecutions } from './operations/observe-executions.ts';
import { tellStats } from './operations/tell-stats.ts';

/** Milliseconds between two looks at which tools deserve a metric label of their own. */
const rankEveryMs = 60_000;

export interface TelemetryParts {
  readonly config: Pick<ExecutorConfig, 'instance' | 'telemetry' | 'tenantClassOf'>;
  readonly messaging: Messaging;
  readonly copy: Pick<RegistryCopy, 'resolve'>;
  readonly engine: Pick<Engine, 'circuits'>;
  readonly running: { readonly size: number };
  readonly log: Logger;
}

/** Wires what is counted, measured and told of executions. `main.ts` puts the parts where they belong. */
export async function wireTelemetry({ config, messaging, copy, engine, running, log }: TelemetryParts) {
  const metrics = new ExecutionMetrics(config.tenantClassOf);
  const latencies = new ToolLatencies();
  const exported = await startTelemetry('executor', config);
  exported.exportMetrics(() => exportedMetrics(metrics, { inFlight: running.size, circuits: openCircuits(engine) }));
  const publisher = await publishLatencies(
    await messaging.bucket(buckets.latencies.name),
    config.instance,
    latencies,
    (error) => log.warn({ err: error }, 'how long tools take could not be told'),
  );
  const stats = messaging.answerBroadcast(
    broadcasts.executorStats,
    tellStats({ instance: config.instance, metrics, running, circuits: () => openCircuits(engine) }),
    (error) => log.error({ err: error }, 'statistics could not be told'),
  );
  const ranking = setInterval(() => metrics.rank(), rankEveryMs).unref();
  const watchAttempt: ExecuteToolPorts['watchAttempt'] = ({ prepared, call: { span } }, attempt) => {
    const counted = countAttempt(metrics, prepared.integration);
    return span?.recording === true ? both(traceAttempt(span, attempt), counted) : counted;
  };
  return {
    watchAttempt,
    countDecisions: (limiter: Parameters<typeof countDecisions>[0]) => countDecisions(limiter, metrics),
    observe: (executeTool: Parameters<typeof observeExecutions>[1]) =>
      observeExecutions(
        {
          metrics,
          latencies,
          locate(tenant, name, version) {
            const found = copy.resolve(tenant, name, version);
            return found === null ? null : { scope: found.scope, integration: found.document.id, tool: found.name };
          },
        },
        // Without a collector nothing stands between the door and the operation but a count.
        config.telemetry == null ? executeTool : traceExecutions(exported.tracing, config.tenantClassOf, executeTool),
      ),
    async stop() {
      clearInterval(ranking);
      stats.unsubscribe();
      await publisher.close();
      await exported.stop();
    },
  };
}

/** What upstreams do: circuits of hosts, then of tenants' 5xx. A credential that is refused is the tenant's own matter. */
function openCircuits(engine: Pick<Engine, 'circuits'>) {
  return engine
    .circuits()
    .flatMap(({ host, tenant, watches, state }) =>
      watches !== 'credential' && state !== 'closed' ? [{ host, tenant, state }] : [],
    )
    .sort((a, b) => Number(a.tenant !== null) - Number(b.tenant !== null));
}

function both(span: AttemptWatch, count: AttemptWatch): AttemptWatch {
  return {
    ...span,
    ended(end) {
      span.ended(end);
      count.ended(end);
    },
  };
}
