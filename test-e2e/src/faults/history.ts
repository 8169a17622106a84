import type { ExecutionResult } from '@patchbay/contracts';

/** One call of a run, as its worker saw it. */
export interface Operation {
  readonly number: number;
  readonly key: string;
  /** How the last answer under its key ended: done, certainly not done, or not known. */
  readonly end: 'ok' | 'fail' | 'unknown';
  /** Answers had under the key, in order. */
  readonly answers: readonly ExecutionResult[];
}

export interface Verdict {
  /** Succeeded, but no effect stands at the upstream. */
  readonly lost: number[];
  /** An effect that nobody asked for, or of a call that is said not to have had one. */
  readonly unexpected: number[];
  /** More than one effect. */
  readonly duplicates: number[];
  /** Not known to the caller, and whether the effect happened: listed, never guessed. */
  readonly unknown: { readonly number: number; readonly happened: boolean }[];
  /** Two answers under one key that contradict each other. */
  readonly contradictions: number[];
}

/**
 * Holds what callers were told against what the upstream saw, in the manner of Jepsen's set test. `effects` has the
 * number of each effect, repeated as often as it happened.
 */
export function judgeHistory(operations: readonly Operation[], effects: readonly number[]): Verdict {
  const times = new Map<number, number>();
  for (const number of effects) times.set(number, (times.get(number) ?? 0) + 1);
  const asked = new Map(operations.map((operation) => [operation.number, operation]));
  const numbersOf = (end: Operation['end']) =>
    operations.filter((operation) => operation.end === end).map(({ number }) => number);
  return {
    lost: numbersOf('ok').filter((number) => !times.has(number)),
    unexpected: [...times.keys()].filter((number) => (asked.get(number)?.end ?? 'fail') === 'fail'),
    duplicates: [...times].filter(([, count]) => count > 1).map(([number]) => number),
    unknown: numbersOf('unknown').map((number) => ({ number, happened: times.has(number) })),
    contradictions: operations.filter(({ answers }) => contradict(answers)).map(({ number }) => number),
  };
}

/** What the ledger settled once, it must say for ever: a replay after another replay is the same. */
function contradict(answers: readonly ExecutionResult[]): boolean {
  const settled = answers.filter(({ replayed, status }) => replayed || status === 'succeeded');
  return new Set(settled.map(({ execution_id, status }) => `${execution_id} ${status}`)).size > 1;
}

/** What a caller knows after all answers under the key: a refusal after a silence does not undo the silence. */
export function endOf(answers: readonly ExecutionResult[]): Operation['end'] {
  const last = answers.at(-1);
  if (last === undefined) return 'unknown';
  if (last.status === 'succeeded') return 'ok';
  const silent = answers.some(({ status }) => status === 'outcome_unknown');
  return silent || last.error?.code === 'in_progress' ? 'unknown' : 'fail';
}

/** The ledger has spoken: a success, or an outcome that it repeats. */
export function isSettled(answers: readonly ExecutionResult[]): boolean {
  const last = answers.at(-1);
  return last !== undefined && (last.status === 'succeeded' || last.replayed);
}
