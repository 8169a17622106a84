import { appendFileSync } from 'node:fs';
import { readFaultConfig } from './config.ts';

export interface Measurement {
  /** The row of `docs/reliability.md`, such as `F21`. */
  readonly row: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What the value may be at most; null: it is told, not judged. */
  readonly bound: number | null;
}

const { reportFile } = readFaultConfig();

/** Notes a value against its bound, for the report of `npm run faults`; the caller asserts. Gives the value back. */
export function measured(measurement: Measurement): number {
  const value = Math.round(measurement.value * 100) / 100;
  if (reportFile !== null) appendFileSync(reportFile, `${JSON.stringify({ ...measurement, value })}\n`);
  return value;
}
