import type { Span, Tracing } from './tracing.ts';

interface Request {
  readonly traceparent: string | null;
}

/** Opens a span for each request that a service serves, for `messaging.serve`; undefined where nobody would see it. */
export function traceRequests(
  tracing: Tracing,
): (endpoint: string, subject: string, request: Request) => Pick<Span, 'traceparent' | 'end'> {
  return (endpoint, subject, { traceparent }) =>
    tracing.begin(`process ${endpoint}`, 'server', traceparent, {
      'messaging.system': 'nats',
      'messaging.operation.name': endpoint,
      'messaging.operation.type': 'process',
      'messaging.destination.template': subject,
    });
}
