import { type AuditData, toErrorBody } from '@patchbay/contracts';
import { reportAlteredStore } from '../operations/altered-store.ts';
import type { AuditedWorkPorts } from '../operations/audited-change.ts';
import type { AuditEntry } from '../operations/ports.ts';
import { assertOwns, type ServiceCaller } from './secret-caller.ts';

/** What was asked, and of whose secrets. */
export interface SecretRequest {
  readonly tenant: string;
  readonly owner: string;
  readonly secret_id?: string | undefined;
}

export function secretEntry(
  { tenant, owner, secret_id: id }: SecretRequest,
  caller: ServiceCaller,
  did: 'kept' | 'lent' | 'dropped' | 'denied',
  more: Pick<AuditData, 'outcome' | 'error_code' | 'facts'>,
): AuditEntry {
  return {
    tenant,
    class: 'credential',
    type: `dev.patchbay.secret.${did}`,
    subject: owner,
    data: {
      actor: { kind: 'service', id: caller.service },
      target: { kind: 'secrets', id: owner },
      ...(caller.traceId !== null && { trace_id: caller.traceId }),
      ...more,
      facts: { ...(id !== undefined && { secret: id }), ...more.facts },
    },
  };
}

/** Records a refusal, for which nobody waits: it stands whether or not it is recorded. An altered store is reported as well. */
export function recordSecretDenial(
  { recordAudit, report }: AuditedWorkPorts,
  request: SecretRequest,
  caller: ServiceCaller,
  error: unknown,
): void {
  const { code, details } = toErrorBody(error);
  const facts = { tenant: request.tenant, owner: request.owner, code };
  reportAlteredStore(report, error, facts);
  const denied = secretEntry(request, caller, 'denied', {
    outcome: code === 'vault_unavailable' || code === 'internal' ? 'failed' : 'refused',
    error_code: code,
    ...(typeof details.reason === 'string' && { facts: { reason: details.reason } }),
  });
  recordAudit(denied).catch((second: unknown) => {
    report('warn', 'a refused request for secrets could not be audited', { ...facts, err: second });
  });
}

/** Refuses, and records, a change of another service's secrets. @throws PatchbayError `not_permitted`. */
export function refuseOthers(ports: AuditedWorkPorts, request: SecretRequest, caller: ServiceCaller): void {
  try {
    assertOwns(caller, request.owner);
  } catch (error) {
    recordSecretDenial(ports, request, caller, error);
    throw error;
  }
}
