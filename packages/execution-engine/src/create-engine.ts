import { errorBody } from '@patchbay/contracts';
import type { McpOutcome } from '@patchbay/mcp-client';
import { sleepUntilAborted } from './attempts/backoff.ts';
import { DeadlineWatch } from './attempts/deadline-watch.ts';
import type { AttemptPorts } from './attempts/execution.ts';
import { Execution } from './attempts/execution.ts';
import { foresee } from './attempts/foresee.ts';
import { LatencyBook } from './attempts/latency-book.ts';
import { runExecution } from './attempts/run-execution.ts';
import { TokenExchanges } from './auth/token-exchanges.ts';
import { circuitDefaults } from './breaker/circuit.ts';
import { UpstreamHealth } from './breaker/upstream-health.ts';
import { UpstreamPauses } from './breaker/upstream-pauses.ts';
import type { Engine, EngineOptions, ExecuteInput } from './engine-types.ts';
import { previewFiles } from './files/preview-files.ts';
import { executeShared } from './reads/execute-joined.ts';
import { SharedReads } from './reads/joined-reads.ts';
import { buildRequest } from './request/build-request.ts';
import { previewOf } from './request/preview-request.ts';
import { TransformWorkers } from './transform/transform-workers.ts';

/** Most milliseconds that a probe stays behind that of the process whose circuit opened first. */
const probeDelayMs = 500;
const defaultMaxResponseBytes = 2 * 1_048_576;

/** Where nobody gave the engine a way to call MCP servers. */
const noMcp: McpOutcome = {
  ok: false,
  refused: errorBody('egress_denied', {
    message: 'This executor calls no MCP servers.',
    details: { reason: 'mcp_off' },
  }),
};

/** An engine over an egress. It holds state about upstreams, so a process has one. */
export function createEngine(options: EngineOptions): Engine {
  const now = options.now ?? (() => performance.now());
  const health = new UpstreamHealth({ ...circuitDefaults, ...options.circuit }, options.onCircuitChange);
  const watch = new DeadlineWatch(now);
  const ports: AttemptPorts = {
    send: (request) => options.egress.send(request),
    open: (request) => options.egress.open(request),
    callMcp: (call) => (options.mcp === undefined ? Promise.resolve(noMcp) : options.mcp.call(call)),
    now,
    wallClock: options.wallClock ?? Date.now,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? sleepUntilAborted,
    health,
    pauses: new UpstreamPauses(),
    latencies: new LatencyBook(),
    exchanges: new TokenExchanges(),
    transform: options.transform ?? new TransformWorkers(),
    watch,
    maxResponseBytes: options.maxResponseBytes ?? defaultMaxResponseBytes,
  };
  const run = (input: ExecuteInput) => runExecution(ports, new Execution(input, ports.wallClock()));
  const reads = new SharedReads({ now, watch, execute: run });
  return {
    execute: (input) => (input.prepared.sharesReads ? executeShared(reads, run, input) : run(input)),
    foresee: (prepared, deadlineAt) => foresee(ports.latencies, prepared, deadlineAt, now()),
    previewRequest({ prepared, tenant, arguments: args, variables, idempotencyKey, caller = {} }) {
      const [first, ...further] = prepared.steps;
      const files = previewFiles(prepared.files, args);
      const request = buildRequest(first, {
        tenant,
        arguments: files.args,
        variables,
        steps: {},
        idempotencyKey,
        startedAt: ports.wallClock(),
        caller,
      });
      return previewOf(
        request,
        further.map((step) => step.id),
        files.pending,
      );
    },
    breakerState: (tenant, host) => health.state(tenant, host, now()),
    circuits: () => [...health.views(now())],
    forgetReads: (tenant, connection, integration) =>
      connection === null || integration === undefined
        ? reads.forgetConnection(tenant, connection)
        : reads.forgetWritten(tenant, integration, connection),
    hearCircuit: (change) => health.hear(change, probeDelayMs * (0.2 + 0.8 * ports.random()), now()),
    close: () => {
      watch.close();
      ports.transform.close();
    },
  };
}
