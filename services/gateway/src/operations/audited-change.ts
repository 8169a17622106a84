import { type AuditActsOf, type AuditData, everyTenant, platformScope, toErrorBody } from '@patchbay/contracts';
import type { Actor, RecordAudit, Report } from './ports.ts';

export interface Change {
  /** Whose it is; `_platform` for what concerns all. */
  readonly tenant: string;
  /** What is done, in lower case: `key_created` of `dev.patchbay.gateway.key_created`. */
  readonly act: AuditActsOf<'gateway'>;
  readonly target: { readonly kind: string; readonly id: string };
  readonly actor: Actor;
  readonly traceId: string | null;
}

/** How a change is recorded. */
export interface AuditPorts {
  readonly recordAudit: RecordAudit;
  readonly report: Report;
}

/**
 * Makes a change between its audit records: the intent is durable before anything changes, the outcome follows. A change
 * whose intent cannot be recorded is not made.
 * @throws PatchbayError `audit_unavailable`, or what `work` throws.
 */
export async function auditedChange<Result>(
  { recordAudit, report }: AuditPorts,
  change: Change,
  work: () => Promise<Result>,
  factsOf: (result: Result) => AuditData['facts'] = () => undefined,
): Promise<Result> {
  const record = (outcome: AuditData['outcome'], more: Partial<AuditData> = {}) =>
    recordAudit(entryOf(change, outcome, more));
  const recordOutcome = (...outcome: Parameters<typeof record>) =>
    record(...outcome).catch((err: unknown) =>
      report('error', 'the outcome of a change could not be audited; its intent was', {
        act: change.act,
        target: change.target.id,
        err,
      }),
    );

  await record('intent');
  try {
    const result = await work();
    const facts = factsOf(result);
    await recordOutcome('succeeded', facts === undefined ? {} : { facts });
    return result;
  } catch (error) {
    const { code } = toErrorBody(error);
    await recordOutcome(refusals.has(code) ? 'refused' : 'failed', { error_code: code });
    throw error;
  }
}

/** The audit event of a change or a look. */
export function entryOf(
  { tenant, act, target, actor, traceId }: Change,
  outcome: AuditData['outcome'],
  more: Partial<AuditData> = {},
): Parameters<RecordAudit>[0] {
  return {
    tenant: tenant === platformScope ? everyTenant : tenant,
    type: `dev.patchbay.gateway.${act}`,
    subject: target.id,
    data: { actor, target, outcome, ...(traceId !== null && { trace_id: traceId }), ...more },
  };
}

/** Codes that say that nothing was changed. */
export const refusals: ReadonlySet<string> = new Set([
  'invalid_request',
  'not_found',
  'not_permitted',
  'tool_not_found',
]);
