import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import type { MatrixResult } from './run-matrix.ts';

export interface MatrixReport extends MatrixResult {
  readonly seed: number;
  readonly seconds: number;
  readonly started_at: string;
  /** The same faults again. */
  readonly replay: string;
  readonly machine: { readonly cores: number; readonly load_before: number; readonly load_after: number };
  readonly passed: boolean;
}

export interface RunFacts {
  readonly seed: number;
  readonly seconds: number;
  readonly startedAt: Date;
  readonly loadBefore: number;
}

/** What must be empty and is not, in words. */
export function violationsOf({ kinds, submissions, ended }: MatrixResult): string[] {
  const lists = kinds.flatMap(({ name, history, audit }) => [
    [`${name}: lost effects`, history.lost],
    [`${name}: effects that should not be`, history.unexpected],
    [`${name}: second effects`, history.duplicates],
    [`${name}: answers that contradict each other`, history.contradictions],
    [`${name}: requests without an intent on record`, audit.unaudited],
    [`${name}: intents without an end on record`, audit.orphans],
    [`${name}: executions with a record twice`, audit.doubled],
    [`${name}: successes without an outcome on record`, audit.untold],
  ]) as [string, readonly (number | string)[]][];
  const violations = lists
    .filter(([, items]) => items.length > 0)
    .map(([what, items]) => `${what}: ${items.length} (${items.slice(0, 20).join(', ')})`);
  if (submissions.lost > 0)
    violations.push(
      `submissions: accepted, and neither finished nor in the stream: ${submissions.lost} of ${submissions.waiting.slice(0, 20).join(', ')}; ${JSON.stringify(submissions.places)}`,
    );
  if (ended.length > 0) violations.push(`processes that ended by themselves: ${ended.length} (${ended.join(', ')})`);
  return violations;
}

export function reportOf(result: MatrixResult, { seed, seconds, startedAt, loadBefore }: RunFacts): MatrixReport {
  return {
    seed,
    seconds,
    started_at: startedAt.toISOString(),
    replay: `npm run faults -- matrix --seed ${seed} --seconds ${seconds}`,
    machine: {
      cores: availableParallelism(),
      load_before: Math.round(loadBefore * 10) / 10,
      load_after: Math.round((loadavg()[0] as number) * 10) / 10,
    },
    passed: violationsOf(result).length === 0,
    ...result,
  };
}

export function writeReport(file: string, report: MatrixReport): void {
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
}
