import { type AuditData, type AuditEventType, type LeaseRequest, toErrorBody } from '@patchbay/contracts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { reportAlteredStore } from './altered-store.ts';
import type { AuditEntry, Caller, RecordAudit, Report } from './ports.ts';

/** That the vault decided to lend this connection's credential for this execution. */
export function leasedEntry(request: LeaseRequest, caller: Caller, record: ConnectionRecord): AuditEntry {
  const target = { kind: 'connection', id: record.id, version: String(record.credential_version) };
  return entry(request, caller, 'dev.patchbay.credential.leased', target, { outcome: 'succeeded' });
}

/**
 * Records a refusal. Nobody waits for that: the refusal stands whether or not the record is written. An altered store is
 * also reported to the operator.
 */
export function recordDenial(
  ports: { readonly recordAudit: RecordAudit; readonly report: Report },
  request: LeaseRequest,
  caller: Caller,
  error: unknown,
): void {
  const { code, details } = toErrorBody(error);
  const { tenant, integration, connection = null } = request;
  const facts = { tenant, integration, connection, code };
  reportAlteredStore(ports.report, error, facts);
  const target =
    connection === null ? { kind: 'integration', id: integration } : { kind: 'connection', id: connection };
  const denied = entry(request, caller, 'dev.patchbay.credential.denied', target, {
    outcome: code === 'vault_unavailable' || code === 'internal' ? 'failed' : 'refused',
    error_code: code,
    ...(typeof details.reason === 'string' && { facts: { reason: details.reason } }),
  });
  ports.recordAudit(denied).catch((second: unknown) => {
    ports.report('warn', 'a refused lease could not be audited', { ...facts, err: second });
  });
}

function entry(
  request: LeaseRequest,
  caller: Caller,
  type: AuditEventType,
  target: AuditData['target'],
  more: Pick<AuditData, 'outcome' | 'error_code' | 'facts'>,
): AuditEntry {
  return {
    tenant: request.tenant,
    class: 'credential',
    type,
    subject: target.id,
    data: {
      actor: { kind: 'service', id: 'executor' },
      target,
      execution_id: request.execution_id,
      integration: request.integration,
      ...(target.kind === 'connection' && { connection: target.id }),
      ...(caller.traceId !== null && { trace_id: caller.traceId }),
      ...more,
      facts: { recipient: request.recipient, ...more.facts },
    },
  };
}
