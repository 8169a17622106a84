import type { Issue, OnError, PlanCall } from '@patchbay/contracts';
import type { Condition } from '../response/error-rule.ts';
import { parseCondition } from '../response/error-rule.ts';
import { tokenise } from '../response/error-rule-lexer.ts';
import { findCycle } from './find-cycle.ts';
import { findReferences } from './references.ts';
import type { Task } from './run-tasks.ts';

export type CallOfPlan = Pick<PlanCall, 'id' | 'arguments' | 'depends_on' | 'when' | 'on_error'>;

/** A call with what it waits for settled. */
export interface CompiledCall extends Task {
  readonly id: string;
  /** 1 when it waits for nothing, else one more than the highest level that it waits for. */
  readonly level: number;
  readonly arguments: Record<string, unknown>;
  /** Whether the arguments hold anything to replace. */
  readonly hasReferences: boolean;
  /** Those among `after` that must have succeeded, as far as their `on_error` asks it. */
  readonly needs: readonly number[];
  /** Over `{ <call id>: { status, output, error } }`. */
  readonly condition: Condition | null;
  readonly onError: OnError;
}

export type CompiledPlan = readonly CompiledCall[];

/**
 * Settles what each call waits for, or says what is wrong: an id given twice, an unknown one, a call that waits for
 * itself, a circle, a reference or a condition that cannot be read. The calls with one name in `sequences` go one after
 * another in the order asked; null goes with none.
 */
export function compilePlan(
  calls: readonly CallOfPlan[],
  sequences: readonly (string | null)[] = [],
): { readonly ok: true; readonly plan: CompiledPlan } | { readonly ok: false; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const indexes = new Map<string, number>();
  for (const [index, { id }] of calls.entries()) {
    if (indexes.has(id))
      issues.push({ path: `calls[${index}].id`, message: `'${id}' is the id of calls[${indexes.get(id)}] already` });
    else indexes.set(id, index);
  }
  const lastOf = new Map<string, number>();
  const calledFor = calls.map((call, index): Omit<CompiledCall, 'level'> => {
    const at = `calls[${index}]`;
    const indexOf = (id: string, path: string): number[] => {
      const found = indexes.get(id);
      if (found === undefined) issues.push({ path, message: `'${id}' is not a call of this plan` });
      else if (found === index) issues.push({ path, message: `'${id}' cannot wait for itself` });
      return found === undefined || found === index ? [] : [found];
    };
    const report = (issue: Issue): void => void issues.push(issue);
    const { references, marked } = findReferences(call.arguments, `${at}.arguments`, report);
    const needs = [
      ...call.depends_on.flatMap((id, place) => indexOf(id, `${at}.depends_on[${place}]`)),
      ...references.flatMap((reference) => indexOf(reference.call, reference.at)),
    ];
    const condition = compileCondition(call.when, `${at}.when`, issues);
    const observed = condition.names.flatMap((id) => indexOf(id, `${at}.when`));
    const sequence = sequences[index] ?? null;
    const before = sequence === null ? undefined : lastOf.get(sequence);
    if (sequence !== null) lastOf.set(sequence, index);
    return {
      id: call.id,
      arguments: call.arguments,
      hasReferences: marked,
      needs: [...new Set(needs)],
      after: [...new Set([...needs, ...observed, ...(before === undefined ? [] : [before])])],
      condition: condition.holds,
      onError: call.on_error,
    };
  });
  if (issues.length === 0) {
    const cycle = findCycle(calledFor.map(({ after }) => after));
    if (cycle !== null) {
      const names = cycle.map((index) => (calls[index] as CallOfPlan).id).join(' -> ');
      const [first] = cycle as [number];
      issues.push({
        path: `calls[${first}]`,
        message: `waits in a circle: ${names}${lastOf.size > 0 ? ' (writes to one connection go in the order asked)' : ''}`,
      });
    }
  }
  if (issues.length > 0) return { ok: false, issues };
  const levels: number[] = [];
  const levelOf = (index: number): number => {
    levels[index] ??= 1 + Math.max(0, ...(calledFor[index] as Task).after.map(levelOf));
    return levels[index];
  };
  return { ok: true, plan: calledFor.map((call, index) => ({ ...call, level: levelOf(index) })) };
}

function compileCondition(
  when: string | undefined,
  at: string,
  issues: Issue[],
): { holds: Condition | null; names: readonly string[] } {
  if (when === undefined) return { holds: null, names: [] };
  const holds = parseCondition(when);
  const tokens = tokenise(when);
  if (typeof holds === 'string' || typeof tokens === 'string') {
    issues.push({ path: at, message: typeof holds === 'string' ? holds : String(tokens) });
    return { holds: null, names: [] };
  }
  const names = tokens.flatMap((token) => (token.kind === 'path' ? [String(token.path[0])] : []));
  return { holds, names: [...new Set(names)] };
}
