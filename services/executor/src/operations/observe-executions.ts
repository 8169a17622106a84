import type { ExecuteRequest, ExecutionResult } from '@patchbay/contracts';
import type { ExecutionMetrics } from '../domain/telemetry/execution-metrics.ts';
import type { MeasuredTool, ToolLatencies } from '../domain/telemetry/tool-latencies.ts';
import type { ExecuteCall } from './execution-run.ts';

export interface ObservePorts {
  readonly metrics: Pick<ExecutionMetrics, 'executionEnded'>;
  readonly latencies: Pick<ToolLatencies, 'record'>;
  /** The tool that the tenant's name means; null when there is none. No round trip. */
  readonly locate: (tenant: string, tool: string, version: string | undefined) => MeasuredTool | null;
  /** Unix milliseconds. */
  readonly clock?: () => number;
  /** When it is counted. Default: at the end of the turn in which the answer leaves. */
  readonly later?: (work: () => void) => void;
}

type ExecuteTool = (request: ExecuteRequest, call: ExecuteCall) => Promise<ExecutionResult>;

/** Counts executions and how long they took. Their answers pass unchanged, and none waits for it. */
export function observeExecutions(
  { metrics, latencies, locate, clock = Date.now, later = setImmediate }: ObservePorts,
  executeTool: ExecuteTool,
): ExecuteTool {
  return async (request, call) => {
    const result = await executeTool(request, call);
    if (!request.dry_run) later(() => observe(request, call, result));
    return result;
  };

  function observe(request: ExecuteRequest, call: ExecuteCall, result: ExecutionResult): void {
    const tool = locate(call.tenant, request.tool, request.version);
    metrics.executionEnded({
      tool: tool?.tool ?? null,
      tenant: call.tenant,
      status: result.status,
      errorCode: result.error?.code ?? null,
      replayed: result.replayed,
      totalMs: result.timing.total_ms,
    });
    if (tool !== null && tellsHowLongItTakes(result)) latencies.record(tool, result.timing.total_ms, clock());
  }
}

/** An answer that needed no upstream, or that somebody did not wait for, says nothing about the next call. */
function tellsHowLongItTakes({ status, attempts, replayed }: ExecutionResult): boolean {
  return attempts > 0 && !replayed && status !== 'cancelled' && status !== 'refused';
}
