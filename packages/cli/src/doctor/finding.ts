import { type GlobalOptions, isAlive, type LocalFacts } from '../config.ts';
import type { CliIo } from '../terminal.ts';

export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it; null when there is nothing to do. */
  readonly fix: string | null;
}

/** What checks look at. */
export interface Patient {
  readonly io: CliIo;
  readonly globals: GlobalOptions;
  /** Null when no dev.json is found. */
  readonly facts: LocalFacts | null;
  /** Where keys and logs should be. */
  readonly stateDir: string;
}

export type Check = (patient: Patient) => Promise<Finding[]> | Finding[];

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message, fix: null };
}
export function warn(check: string, message: string, fix: string): Finding {
  return { check, status: 'warn', message, fix };
}
export function fail(check: string, message: string, fix: string): Finding {
  return { check, status: 'fail', message, fix };
}

/** Whether there is a living Patchbay on this machine to look at. */
export function isRunning(patient: Patient): patient is Patient & { facts: LocalFacts } {
  return patient.facts !== null && isAlive(patient.facts);
}
