import { type AuditData, type AuditEventType, type ErrorCode, PatchbayError, toErrorBody } from '@patchbay/contracts';
import { tenantTokenOf } from '../domain/audit-scope.ts';
import type { AuditEntry, Caller, RecordAudit, Report } from './ports.ts';

export interface AuditPorts {
  readonly recordAudit: RecordAudit;
  readonly report: Report;
}

/** What is changed: an integration, one version of it, every one of them (id `*`), a toolset, a document of policies, a privacy policy. */
export interface ChangeTarget {
  readonly scope: string;
  readonly kind?: 'integration' | 'toolset' | 'policy' | 'privacy_policy';
  readonly id?: string | undefined;
  readonly version?: string | undefined;
}

export interface RegistryChange extends ChangeTarget {
  readonly type: `dev.patchbay.registry.${
    | 'registered'
    | 'retired'
    | 'deprecated'
    | 'pinned'
    | 'installed'
    | 'toolset_set'
    | 'toolset_removed'
    | 'policy_put'
    | 'privacy_put'
    | 'policy_removed'}`;
  readonly facts: Facts;
}

type Facts = NonNullable<AuditData['facts']>;

/**
 * Makes a change between its audit records: the intent is durable before anything changes, the outcome follows. A change
 * whose intent cannot be recorded is not made. A lost outcome leaves the intent, which an auditor sees as unfinished.
 * @throws PatchbayError `audit_unavailable`, or what `change` throws.
 */
export async function auditedChange<Result>(
  ports: AuditPorts,
  change: RegistryChange,
  caller: Caller,
  work: () => Promise<{ result: Result; facts: Facts }>,
): Promise<Result> {
  const entry = (outcome: AuditData['outcome'], facts: Facts = {}, error_code?: ErrorCode) =>
    entryOf(change.type, change, caller, outcome, { ...change.facts, ...facts }, error_code);
  await ports.recordAudit(entry('intent'));
  try {
    const { result, facts } = await work();
    await recordOrReport(ports, entry('succeeded', facts));
    return result;
  } catch (error) {
    const { code } = toErrorBody(error);
    await recordOrReport(ports, entry(outcomes[code] ?? 'failed', {}, code));
    throw error;
  }
}

const outcomes: Partial<Record<ErrorCode, AuditData['outcome']>> = {
  invalid_request: 'refused',
  tool_not_found: 'refused',
  not_found: 'refused',
  outcome_unknown: 'outcome_unknown',
};

/** Records that a change was asked for and refused before it was tried. Nothing changed, so a lost record only is reported. */
export async function auditRefusal(
  ports: AuditPorts,
  target: ChangeTarget,
  caller: Caller,
  error: unknown,
): Promise<void> {
  if (!(error instanceof PatchbayError)) return;
  const issues = Array.isArray(error.body.details['issues']) ? error.body.details['issues'].length : 0;
  await recordOrReport(
    ports,
    entryOf('dev.patchbay.registry.refused', target, caller, 'refused', { issues }, error.code),
  );
}

async function recordOrReport(ports: AuditPorts, entry: AuditEntry): Promise<void> {
  try {
    await ports.recordAudit(entry);
  } catch (error) {
    ports.report('error', 'an outcome could not be audited', {
      type: entry.type,
      target: entry.data.target,
      outcome: entry.data.outcome,
      err: error,
    });
  }
}

function entryOf(
  type: AuditEventType,
  { scope, kind = 'integration', id = 'unknown', version }: ChangeTarget,
  caller: Caller,
  outcome: AuditData['outcome'],
  facts: Facts,
  error_code: ErrorCode | undefined,
): AuditEntry {
  return {
    tenant: tenantTokenOf(scope),
    class: 'registry',
    type,
    subject: id,
    data: {
      actor: caller.actor,
      target: { kind, id, ...(version !== undefined && { version }) },
      outcome,
      ...(error_code !== undefined && { error_code }),
      ...(kind === 'integration' && id !== 'unknown' && { integration: id }),
      ...(caller.traceId !== null && { trace_id: caller.traceId }),
      facts: { scope, ...facts },
    },
  };
}
