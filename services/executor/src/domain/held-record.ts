import type { Approval, ExecutionResult, PlanResult } from '@patchbay/contracts';
import type { LedgerRecord } from './ledger-record.ts';
import type { SubmissionRecord } from './submission-record.ts';

/** Buckets in which something of a person may be, by what calls brought or got. */
export const heldPlaces = ['executions', 'results', 'approvals', 'dead_letters'] as const;
export type HeldPlace = (typeof heldPlaces)[number];

/** Whom something is of. */
export interface HeldOwner {
  /** What calls said of their person; empty: nothing. */
  readonly people: readonly string[];
  readonly executions: readonly string[];
}

type Json = Record<string, unknown>;

/** Whom a row is of, and what it is called where it is kept. `value` is the row's JSON. */
export function ownerOf(place: HeldPlace, value: Json): HeldOwner & { readonly id: string } {
  switch (place) {
    case 'executions': {
      const { execution_id: id } = value as unknown as LedgerRecord;
      return { id, people: [], executions: [id] };
    }
    case 'results': {
      const { submission_id: id, result, plan } = value as unknown as SubmissionRecord;
      return { id, people: [], executions: [...executionsOf(result), ...executionsOfPlan(plan)] };
    }
    case 'approvals': {
      const { id, context, execution_id: execution } = value as unknown as Approval;
      return { id, people: personOf(context), executions: [execution] };
    }
    case 'dead_letters': {
      const { letter, payload } = value as { letter: { id: string }; payload: string };
      const submitted = parsed(payload);
      return {
        id: letter.id,
        people: [submitted['execute'], submitted['plan']].flatMap((body) =>
          personOf((body as Json | undefined)?.['context']),
        ),
        executions: [],
      };
    }
  }
}

/**
 * A row without what is personal, or null where the whole goes. A key of the ledger stays held, so that no effect is repeated: what is
 * erased is its answer. One that says nothing of anybody is itself.
 */
export function withoutPersonal(place: HeldPlace, value: Json): Json | null {
  switch (place) {
    case 'executions': {
      const record = value as unknown as LedgerRecord;
      return record.result === undefined ? value : { ...value, result: withoutAnswer(record.result) };
    }
    case 'results': {
      const { plan: _, ...record } = value as unknown as SubmissionRecord;
      return { ...record, result: record.result === null ? null : withoutAnswer(record.result) };
    }
    case 'approvals': {
      const { end_user: _, attributes: __, ...context } = (value as unknown as Approval).context;
      return { ...value, arguments: null, arguments_digest: '', say: null, note: null, context };
    }
    case 'dead_letters':
      return null;
  }
}

function withoutAnswer(result: ExecutionResult): ExecutionResult {
  const { error } = result;
  return {
    ...result,
    output: null,
    error: error === null ? null : { ...error, message: 'What it said was erased.', details: {} },
  };
}

function executionsOf(result: ExecutionResult | null | undefined): string[] {
  return result == null ? [] : [result.execution_id];
}

function executionsOfPlan(plan: PlanResult | undefined): string[] {
  return (plan?.results ?? []).flatMap(({ execution_id: id }) => (id === null ? [] : [id]));
}

function personOf(context: unknown): string[] {
  const said = (context as { end_user?: unknown } | undefined)?.end_user;
  return typeof said === 'string' ? [said] : [];
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}
