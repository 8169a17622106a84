import type { Examination } from './examination.ts';

/** What one look came to; several when several things were looked at. */
export interface Verdict {
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  /** Which of several, such as a server's or a process's name. */
  readonly about?: string;
  /** What was seen. */
  readonly message: string;
  /** What to do in this case; left out: what the check says. */
  readonly fix?: string;
}

/** Something that is looked for. `docs/doctor.md` is written from it. */
export interface Check {
  /** Never changes: scripts and documents name it. */
  readonly id: string;
  /** What is right when nothing is wrong. */
  readonly title: string;
  /** What follows when it is not so. */
  readonly means: string;
  readonly fix: string;
  /** @throws NotSeen when what it looks at is out of reach; that is told once, elsewhere. */
  look(examination: Examination): Promise<readonly Verdict[]> | readonly Verdict[];
}

/** As it is told, and printed with `--json`. */
export interface Finding {
  readonly id: string;
  readonly about: string | null;
  readonly status: Verdict['status'];
  /** Null: nothing is wrong, or it was not looked at. */
  readonly severity: 'error' | 'warning' | null;
  readonly message: string;
  readonly means: string | null;
  readonly fix: string | null;
}

/** What a check needs is out of reach. The message says why. */
export class NotSeen extends Error {}

export function ok(message: string, about?: string): Verdict {
  return { status: 'ok', message, ...(about !== undefined && { about }) };
}
export function warn(message: string, more: Pick<Verdict, 'about' | 'fix'> = {}): Verdict {
  return { status: 'warn', message, ...more };
}
export function fail(message: string, more: Pick<Verdict, 'about' | 'fix'> = {}): Verdict {
  return { status: 'fail', message, ...more };
}
export function skip(message: string): Verdict {
  return { status: 'skip', message };
}
