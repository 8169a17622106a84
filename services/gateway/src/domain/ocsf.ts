import type { AuditEvent } from '@patchbay/contracts';

/** Of the schema whose class 6003 this is. */
const version = '1.3.0';
const classUid = 6_003;
/** Create, Read, Update and Delete have numbers; what a tool does besides reading has no better one than Other. */
const activities = { read: 2, other: 99 } as const;
const statuses: Partial<Record<AuditEvent['data']['outcome'], number>> = { succeeded: 1, failed: 2, refused: 2 };

/**
 * An audit event as OCSF's API Activity. What has no place there is in `unmapped`, under its own name.
 * Source: Open Cybersecurity Schema Framework 1.3.0, class 6003.
 */
export function ocsfOf({ id, source, type, time, tenant, data }: AuditEvent): Record<string, unknown> {
  const { actor, target, outcome, error_code, duration_ms, trace_id, ...rest } = data;
  const activity = data.risk === 'read' ? activities.read : activities.other;
  return {
    activity_id: activity,
    ...(activity === activities.other && { activity_name: type.replace('dev.patchbay.', '') }),
    category_uid: 6,
    class_uid: classUid,
    type_uid: classUid * 100 + activity,
    severity_id: 1,
    time: Date.parse(time),
    status_id: statuses[outcome] ?? (outcome === 'outcome_unknown' || outcome === 'intent' ? 0 : 99),
    status: outcome,
    ...(error_code !== undefined && { status_code: error_code }),
    ...(duration_ms !== undefined && { duration: Math.round(duration_ms) }),
    metadata: {
      version,
      uid: id,
      event_code: type,
      original_time: time,
      tenant_uid: tenant,
      product: { name: 'Patchbay', vendor_name: 'Patchbay' },
      ...(trace_id !== undefined && { correlation_uid: trace_id }),
    },
    actor: {
      user: { uid: actor.id, type: actor.kind },
      ...(actor.session !== undefined && { session: { uid: actor.session } }),
    },
    api: { operation: data.tool ?? target.id, service: { name: data.integration ?? target.kind } },
    resources: [
      { uid: target.id, type: target.kind, ...(target.version !== undefined && { version: target.version }) },
    ],
    src_endpoint: { name: source },
    unmapped: { ...rest, ...(actor.end_user !== undefined && { end_user: actor.end_user }) },
  };
}
