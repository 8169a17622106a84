import { type AuditData, type AuditEventType, toErrorBody } from '@patchbay/contracts';
import type { RecordAudit } from './query-audit.ts';

type NameOf<Type> = Type extends `dev.patchbay.audit.${infer Name}` ? Name : never;

/** Something that is done to the audit log or to how it is kept. */
export interface Act {
  /** Whose log it stands in. */
  readonly tenant: string;
  /** `hold_placed` of `dev.patchbay.audit.hold_placed`. */
  readonly name: NameOf<AuditEventType>;
  readonly target: AuditData['target'];
  readonly traceId: string | null;
  readonly facts?: AuditData['facts'];
  /** Default: the operator. */
  readonly actor?: AuditData['actor'];
}

export interface ActPorts {
  readonly record: RecordAudit;
  /** Hears that an outcome could not be recorded; the intent was. */
  readonly onUnrecorded: (act: string, error: unknown) => void;
}

const refusals: ReadonlySet<string> = new Set(['invalid_request', 'not_found', 'not_permitted']);

/**
 * Does something between its audit events: the intent is durable before anything changes, the outcome follows.
 * @throws PatchbayError `audit_unavailable` when the intent cannot be recorded, or what `work` throws.
 */
export async function recordedAct<Result>(
  { record, onUnrecorded }: ActPorts,
  { tenant, name, target, traceId, facts, actor = { kind: 'admin', id: 'admin' } }: Act,
  work: () => Promise<Result>,
  factsOf: (result: Result) => AuditData['facts'] = () => undefined,
): Promise<Result> {
  const told = (outcome: AuditData['outcome'], more: Partial<AuditData> = {}) =>
    record({
      tenant,
      class: 'query',
      type: `dev.patchbay.audit.${name}`,
      data: {
        actor,
        target,
        outcome,
        ...(traceId !== null && { trace_id: traceId }),
        ...(facts !== undefined && { facts }),
        ...more,
      },
    });
  const outcome = (...of: Parameters<typeof told>) => told(...of).catch((error: unknown) => onUnrecorded(name, error));

  await told('intent');
  try {
    const result = await work();
    const found = factsOf(result);
    await outcome('succeeded', found === undefined ? {} : { facts: { ...facts, ...found } });
    return result;
  } catch (error) {
    const { code } = toErrorBody(error);
    await outcome(refusals.has(code) ? 'refused' : 'failed', { error_code: code });
    throw error;
  }
}
