import { type ExecuteRequest, type ExecutionResult, routes } from '@patchbay/contracts';
import type { AttemptStart, AttemptWatch } from '@patchbay/execution-engine';
import type { Span, SpanAttributes, Tracing } from '@patchbay/service-kit';
import type { TenantClassOf } from '../domain/telemetry/tenant-classes.ts';
import type { ExecuteCall } from '../operations/execution-run.ts';

type ExecuteTool = (request: ExecuteRequest, call: ExecuteCall) => Promise<ExecutionResult>;

/** Ids as model APIs make them. A key of another shape is a caller's own text, and stays out. */
const toolCallId = /^(?:toolu|srvtoolu|call|fc|tooluse|chatcmpl-tool)[_-][A-Za-z0-9_-]{1,64}$/;

/**
 * Puts a span around each execution, named as the GenAI conventions name a tool's execution. Its attributes come from the
 * documents, from closed lists and from ids; arguments, answers, sessions and tenants are not among them.
 */
export function traceExecutions(tracing: Tracing, classOf: TenantClassOf, executeTool: ExecuteTool): ExecuteTool {
  return async (request, call) => {
    const span = tracing.begin('execute_tool', 'server', call.parent === undefined ? call.traceparent : call.parent, {
      'gen_ai.operation.name': 'execute_tool',
      'messaging.system': 'nats',
      'messaging.operation.name': 'execute',
      'messaging.operation.type': 'process',
      'messaging.destination.template': routes.executeTool.subject,
      'patchbay.tenant.class': classOf(call.tenant),
    });
    const result = await executeTool(request, {
      ...call,
      traceparent: span.traceparent,
      traceId: span.traceId,
      span,
    });
    if (span.recording) finish(span, request, result);
    else span.end();
    return result;
  };
}

function finish(span: Span, { idempotency_key: key }: ExecuteRequest, result: ExecutionResult): void {
  // A name without a version is what the caller asked for, not a tool of ours.
  if (result.tool !== null && result.version !== null) {
    span.rename(`execute_tool ${result.tool}`);
    span.set({ 'gen_ai.tool.name': result.tool, 'patchbay.tool.version': result.version });
  }
  if (key !== undefined && toolCallId.test(key)) span.set({ 'gen_ai.tool.call.id': key });
  span.set({
    'patchbay.execution.id': result.execution_id,
    'patchbay.execution.status': result.status,
    'patchbay.execution.attempts': result.attempts,
    'patchbay.execution.replayed': result.replayed,
  });
  span.end(result.error?.code ?? null);
}

/** A span for one attempt, as the HTTP conventions have it but for `url.full`, which can hold what nobody may read. */
export function traceAttempt(
  execution: Pick<Span, 'child'>,
  { number, method, host, urlTemplate }: AttemptStart,
): AttemptWatch {
  const [address = host, port] = splitHost(host);
  const attributes: SpanAttributes = {
    'http.request.method': method,
    'server.address': address,
    'server.port': port,
    ...(urlTemplate !== null && { 'url.template': urlTemplate }),
    ...(number > 1 && { 'http.request.resend_count': number - 1 }),
  };
  const span = execution.child(urlTemplate === null ? method : `${method} ${urlTemplate}`, 'client', attributes);
  return {
    traceparent: span.traceparent,
    ended({ status, failure, errorCode }) {
      if (status !== null) span.set({ 'http.response.status_code': status });
      const refused = status !== null && status >= 400 ? String(status) : null;
      span.end(failure ?? refused ?? errorCode);
    },
  };
}

function splitHost(host: string): [string, number] {
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  return port === undefined ? [host, 443] : [host.slice(0, -port.length - 1), Number(port)];
}
