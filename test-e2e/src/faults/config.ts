/** How the fault tests run: short in `npm test`, as long as asked in `npm run faults`. */
export interface FaultConfig {
  /** Decides what fails when; printed with each run. */
  readonly seed: number;
  /** Length of the runs under random faults. */
  readonly seconds: number;
  /** The same of the fault matrix, which takes more than others to show anything; null where nobody asked for so much. */
  readonly matrix: { readonly seed: number; readonly seconds: number } | null;
  /** File that each measurement is appended to as a line of JSON; null: nowhere. */
  readonly reportFile: string | null;
  /** File that the fault matrix writes its report to, as JSON; null: nowhere. */
  readonly matrixReportFile: string | null;
}

export function readFaultConfig(env: Readonly<Record<string, string | undefined>> = process.env): FaultConfig {
  const seed = Number(env.PATCHBAY_FAULT_SEED ?? Math.floor(Math.random() * 1_000_000));
  const seconds = Number(env.PATCHBAY_FAULT_SECONDS ?? 10);
  return {
    seed,
    seconds,
    matrix: seconds >= 30 ? { seed, seconds } : null,
    reportFile: env.PATCHBAY_FAULT_REPORT ?? null,
    matrixReportFile: env.PATCHBAY_FAULT_MATRIX_REPORT ?? null,
  };
}
