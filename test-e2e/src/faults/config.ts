/** How the fault tests run: short in `npm test`, as long as asked in `npm run faults`. */
export interface FaultConfig {
  /** Decides what fails when; printed with each run. */
  readonly seed: number;
  /** Length of the runs under random faults. */
  readonly seconds: number;
  /** The same of the fault matrix, which in `npm test` is longer than others and always the same, as its verdict is one of many. */
  readonly matrix: { readonly seed: number; readonly seconds: number };
  /** File that each measurement is appended to as a line of JSON; null: nowhere. */
  readonly reportFile: string | null;
  /** File that the fault matrix writes its report to, as JSON; null: nowhere. */
  readonly matrixReportFile: string | null;
}

export function readFaultConfig(env: Readonly<Record<string, string | undefined>> = process.env): FaultConfig {
  const given = { seed: env.PATCHBAY_FAULT_SEED, seconds: env.PATCHBAY_FAULT_SECONDS };
  return {
    seed: Number(given.seed ?? Math.floor(Math.random() * 1_000_000)),
    seconds: Number(given.seconds ?? 10),
    matrix: { seed: Number(given.seed ?? 59), seconds: Math.max(30, Number(given.seconds ?? 45)) },
    reportFile: env.PATCHBAY_FAULT_REPORT ?? null,
    matrixReportFile: env.PATCHBAY_FAULT_MATRIX_REPORT ?? null,
  };
}
