/** What is wrong with an export. The table in docs/audit-proofs.md says what each is a sign of. */
export type ExportProblemKind =
  | 'malformed'
  | 'truncated'
  | 'wrong_origin'
  | 'wrong_tenant'
  | 'record_changed'
  | 'record_missing'
  | 'record_added'
  | 'record_moved'
  | 'record_repeated'
  | 'record_withheld'
  | 'leaves_missing'
  | 'time_backwards'
  | 'time_ahead'
  | 'checkpoint_malformed'
  | 'checkpoint_unsigned'
  | 'checkpoint_signature_wrong'
  | 'checkpoint_dropped'
  | 'checkpoint_misplaced'
  | 'checkpoint_unchained'
  | 'root_differs'
  | 'witness_missing'
  | 'older_than_known'
  | 'forked'
  | 'not_comparable';

export interface ExportProblem {
  readonly what: ExportProblemKind;
  /** Index of the first record that it is about. */
  readonly index: number;
  /** Where it is one of several records, which of them nobody can tell: the index after the last of them; else null. */
  readonly before: number | null;
  /** Of the file, from 1. */
  readonly line: number;
  readonly detail: string;
}

/** Most problems that a verdict lists. */
export const maxListedProblems = 100;

export interface ExportVerdict {
  readonly ok: boolean;
  readonly tenant: string | null;
  readonly origin: string | null;
  /** Index of the first record, and of the last plus one. */
  readonly first: number | null;
  readonly size: number | null;
  /** Lines with a record. */
  readonly records: number;
  /** Places of which only the leaf is there. */
  readonly withheld: number;
  readonly checkpoints: number;
  /** The last checkpoint as it was signed; null unless everything is right. */
  readonly last_checkpoint: string | null;
  /** Names of the witnesses that signed it, of those asked for. */
  readonly witnesses: readonly string[];
  /** The problem with the lowest index. */
  readonly first_bad: ExportProblem | null;
  readonly problem_count: number;
  /** The first 100, as they were found. */
  readonly problems: readonly ExportProblem[];
}

/** Keeps the first problems, counts all, and knows the one with the lowest index. */
export class ProblemList {
  readonly listed: ExportProblem[] = [];
  count = 0;
  first: ExportProblem | null = null;

  add(problem: ExportProblem): void {
    this.count++;
    if (this.listed.length < maxListedProblems) this.listed.push(problem);
    if (this.first === null || problem.index < this.first.index) this.first = problem;
  }
}
