import type { AuditData, AuditEvent } from '@patchbay/contracts';

/** An execution of which the audit log has an intent, and nothing about its end. */
export interface Unended {
  readonly intent: AuditEvent;
  readonly executionId: string;
  /** When the intent was recorded, Unix milliseconds by its producer's clock. */
  readonly intendedAtMs: number;
  /** The place of the intent in the stream. */
  readonly sequence: number;
}

/** An execution that was declared unknown, and whose outcome came after all. */
export interface Superseded {
  readonly declaration: AuditEvent;
  readonly outcome: AuditEvent;
  readonly executionId: string;
  /** Of the outcome, by its producer's clock. */
  readonly endedAtMs: number;
}

/** An event that is the same whoever records it, so that several may: the store keeps one. */
export interface Reconciliation {
  readonly tenant: string;
  readonly type: 'dev.patchbay.reconciliation.outcome_unknown' | 'dev.patchbay.reconciliation.superseded';
  readonly executionId: string;
  /** Unix milliseconds. */
  readonly timeMs: number;
  readonly data: AuditData;
}

/** That nobody knows how an execution ended, from `afterMs` milliseconds after its intent on. */
export function declareUnknown({ intent, executionId, intendedAtMs }: Unended, afterMs: number): Reconciliation {
  return {
    tenant: intent.tenant,
    type: 'dev.patchbay.reconciliation.outcome_unknown',
    executionId,
    timeMs: intendedAtMs + afterMs,
    data: {
      ...aboutExecution(intent, executionId),
      outcome: 'outcome_unknown',
      facts: { intent: intent.id, waited_ms: afterMs },
    },
  };
}

/** That an outcome stands in the place of a declaration; it came late, by a spool or a backlog. */
export function supersede({ declaration, outcome, executionId, endedAtMs }: Superseded): Reconciliation {
  return {
    tenant: outcome.tenant,
    type: 'dev.patchbay.reconciliation.superseded',
    executionId,
    timeMs: Math.max(endedAtMs, Date.parse(declaration.time)),
    data: {
      ...aboutExecution(outcome, executionId),
      outcome: outcome.data.outcome,
      facts: { declaration: declaration.id, outcome: outcome.id },
    },
  };
}

/** Nothing of the person who was on the line: the intent has it. */
function aboutExecution({ data }: AuditEvent, executionId: string): Omit<AuditData, 'outcome'> {
  const { target, plan_id, tool, integration, risk, trace_id } = data;
  return {
    actor: { kind: 'service', id: 'audit' },
    target,
    execution_id: executionId,
    ...(plan_id !== undefined && { plan_id }),
    ...(tool !== undefined && { tool }),
    ...(integration !== undefined && { integration }),
    ...(risk !== undefined && { risk }),
    ...(trace_id !== undefined && { trace_id }),
  };
}
