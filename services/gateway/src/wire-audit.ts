import { createAuditRecorder, openPersonalKeys, withTokens } from '@patchbay/audit-log';
import { actorOf } from '@patchbay/identity';
import type { Messaging } from '@patchbay/messaging';
import { type Logger, traceIdOf } from '@patchbay/service-kit';
import type { GatewayConfig } from './config.ts';
import type { LookAtGraph } from './graphql/graphql-door.ts';
import { auditedActOf } from './http/audited-acts.ts';
import type { GatewayServerOptions } from './http/gateway-server.ts';
import { auditedChange } from './operations/audited-change.ts';
import { auditedLook } from './operations/audited-look.ts';
import { observeAccess } from './operations/observe-access.ts';
import type { RecordAudit, Report } from './operations/ports.ts';

export interface AuditWiring extends Pick<GatewayConfig, 'instance' | 'auditMacKey' | 'auditSpool'> {
  readonly messaging: Messaging;
  readonly log: Logger;
  readonly report: Report;
  readonly now: () => number;
}

/** What a gateway leaves in the audit log, under its own name: changes and looks over HTTP, and who comes in. */
export function wireAudit({ messaging, log, report, now, instance, auditMacKey: macKey, auditSpool }: AuditWiring) {
  const persons = openPersonalKeys({ messaging, service: 'gateway' });
  const recorder = withTokens(
    createAuditRecorder({ messaging, producer: 'gateway', instance, macKey, spool: auditSpool ?? null, log }),
    persons,
  );
  const recordAudit: RecordAudit = (entry) => recorder.record({ ...entry, class: 'gateway' });
  const access = observeAccess({ recordAudit, report, instance, now });
  const audited: GatewayServerOptions['audited'] = (route, call, work) =>
    (route.audited?.look === true ? auditedLook : auditedChange)(
      { recordAudit, report },
      {
        tenant: call.tenant,
        act: auditedActOf(route),
        target: { kind: route.audited?.kind ?? 'route', id: route.audited?.target(call as never) ?? route.operationId },
        actor: actorOf(call.principal),
        traceId: traceIdOf(call.traceparent),
      },
      work,
    );
  const lookAtGraph: LookAtGraph = ({ principal, tenant, traceparent }, fields) =>
    auditedLook(
      { recordAudit, report },
      {
        tenant,
        act: 'query_graph_ql',
        target: { kind: 'graphql', id: fields },
        actor: actorOf(principal),
        traceId: traceIdOf(traceparent),
      },
      async () => {},
    );
  return {
    recordAudit,
    lookAtGraph,
    access,
    audited,
    async close(): Promise<void> {
      await access.close();
      await recorder.close();
      persons.close();
    },
  };
}
