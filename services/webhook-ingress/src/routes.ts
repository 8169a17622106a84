import type { RecordedLooks } from '@patchbay/audit-log';
import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type RequestContext } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { listRejected, showRejected } from './operations/kept-requests.ts';
import type { addSource } from './operations/sources/add-source.ts';
import type { changeSource } from './operations/sources/change-source.ts';
import type { removeSource } from './operations/sources/remove-source.ts';
import type { listSources, showSource } from './operations/sources/show-sources.ts';
import type { Caller } from './operations/sources/source-ports.ts';
import type { addSourceSecret, removeSourceSecret } from './operations/sources/source-secrets.ts';

export interface IngressOperations {
  readonly addSource: ReturnType<typeof addSource>;
  readonly listSources: ReturnType<typeof listSources>;
  readonly showSource: ReturnType<typeof showSource>;
  readonly changeSource: ReturnType<typeof changeSource>;
  readonly removeSource: ReturnType<typeof removeSource>;
  readonly addSourceSecret: ReturnType<typeof addSourceSecret>;
  readonly removeSourceSecret: ReturnType<typeof removeSourceSecret>;
  readonly listRejected: ReturnType<typeof listRejected>;
  readonly showRejected: ReturnType<typeof showRejected>;
}

const callerOf = ({ traceparent }: RequestContext): Caller => ({ traceId: traceIdOf(traceparent) });

/** What the ingress answers over NATS. Vendors come to it over HTTP: `http/hook-server.ts`. */
export function ingressEndpoints(operations: IngressOperations, looks: RecordedLooks): AnyEndpoint[] {
  return [
    endpoint('add-source', routes.addSource, (body, context) => operations.addSource(body, callerOf(context))),
    endpoint('list-sources', routes.listSources, (body) => operations.listSources(body)),
    endpoint('show-source', routes.showSource, (body) => operations.showSource(body)),
    endpoint('change-source', routes.changeSource, (body, context) => operations.changeSource(body, callerOf(context))),
    endpoint('remove-source', routes.removeSource, (body, context) => operations.removeSource(body, callerOf(context))),
    endpoint('add-source-secret', routes.addSourceSecret, (body, context) =>
      operations.addSourceSecret(body, callerOf(context)),
    ),
    endpoint('remove-source-secret', routes.removeSourceSecret, (body, context) =>
      operations.removeSourceSecret(body, callerOf(context)),
    ),
    endpoint('list-rejected', routes.listRejected, (body) => operations.listRejected(body)),
    endpoint('show-rejected', routes.showRejected, (body, { replyTo, traceparent }) =>
      looks.one(
        {
          tenant: body.tenant,
          type: 'dev.patchbay.webhook.kept_request_read',
          target: { kind: 'webhook_request', id: body.request },
          replyTo,
          traceId: traceIdOf(traceparent),
        },
        () => operations.showRejected(body),
      ),
    ),
  ];
}
