import type { AuditEntry, AuditRecorder } from '@patchbay/audit-log';
import type { AuditActsOf, AuditData } from '@patchbay/contracts';
import { attemptsOf } from '../domain/delivery-record.ts';
import type { RecordDelivery } from '../operations/ports.ts';

/** Events of the audit class `delivery`. Those of attempts wait for nobody; what the stream did not take goes to `onLost`. */
export function createDeliveryAudit(
  recorder: AuditRecorder,
  instance: string,
  onLost: (error: unknown) => void,
): RecordDelivery {
  const service: AuditData['actor'] = { kind: 'service', id: instance };
  const entry = (tenant: string, what: AuditActsOf<'delivery'>, subject: string, data: AuditData): AuditEntry => ({
    tenant,
    class: 'delivery',
    type: `dev.patchbay.delivery.${what}`,
    subject,
    data,
  });
  const aside = (one: AuditEntry) => void recorder.record({ ...one, unhurried: true }).catch(onLost);

  return {
    attempt(record) {
      const last = record.attempts.at(-1);
      if (last === undefined) return;
      aside(
        entry(record.tenant, 'attempt', record.id, {
          actor: service,
          target: { kind: 'subscription', id: record.subscription },
          outcome: last.outcome,
          ...(last.error_code !== null && { error_code: last.error_code }),
          ...(last.execution_id !== null && { execution_id: last.execution_id }),
          ...(last.status !== null && { upstream_status: last.status }),
          attempts: last.number,
          duration_ms: last.duration_ms,
          facts: { event: record.event, source: record.source, state: record.state, replay: record.replay_of !== null },
        }),
      );
    },
    given(record, reason) {
      aside(
        entry(record.tenant, 'dead_lettered', record.id, {
          actor: service,
          target: { kind: 'subscription', id: record.subscription },
          outcome: 'failed',
          attempts: attemptsOf(record),
          facts: { event: record.event, source: record.source, reason },
        }),
      );
    },
    subscription({ tenant, id, target }, what, by, facts = {}) {
      return recorder.record(
        entry(tenant, `subscription_${what}`, id, {
          actor: by === 'service' ? service : { kind: by, id: by },
          target: { kind: 'subscription', id },
          outcome: 'succeeded',
          facts: { target: target.kind, ...facts },
        }),
      );
    },
    batch(tenant, what, facts) {
      return recorder.record(
        entry(tenant, what, tenant, {
          actor: { kind: 'admin', id: 'admin' },
          target: { kind: 'deliveries', id: tenant },
          outcome: 'succeeded',
          facts,
        }),
      );
    },
  };
}
