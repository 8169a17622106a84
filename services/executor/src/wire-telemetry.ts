import { broadcasts, buckets } from '@patchbay/contracts';
import type { Engine } from '@patchbay/execution-engine';
import type { Messaging } from '@patchbay/messaging';
import type { RegistryCopy } from '@patchbay/registry-copy';
import type { Logger } from '@patchbay/service-kit';
import { countAttempt, countDecisions } from './adapters/count-calls.ts';
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
  readonly config: Pick<ExecutorConfig, 'instance' | 'tenantClassOf'>;
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
  const watchAttempt: ExecuteToolPorts['watchAttempt'] = ({ prepared }) => countAttempt(metrics, prepared.integration);
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
        executeTool,
      ),
    async stop() {
      clearInterval(ranking);
      stats.unsubscribe();
      await publisher.close();
    },
  };
}

/** Hosts that calls are held back from for every tenant; those of one tenant's credential are in the list of circuits. */
function openCircuits(engine: Pick<Engine, 'circuits'>) {
  return engine
    .circuits()
    .flatMap(({ host, tenant, state }) => (tenant === null && state !== 'closed' ? [{ host, state }] : []));
}
