/** How the fault tests run: short in `npm test`, as long as asked in `npm run faults`. */
export interface FaultConfig {
  /** Decides what fails when; printed with each run. */
  readonly seed: number;
  /** Length of the runs under random faults. */
  readonly seconds: number;
  /** File that each measurement is appended to as a line of JSON; null: nowhere. */
  readonly reportFile: string | null;
}

export function readFaultConfig(env: Readonly<Record<string, string | undefined>> = process.env): FaultConfig {
  return {
    seed: Number(env.PATCHBAY_FAULT_SEED ?? Math.floor(Math.random() * 1_000_000)),
    seconds: Number(env.PATCHBAY_FAULT_SECONDS ?? 10),
    reportFile: env.PATCHBAY_FAULT_REPORT ?? null,
  };
}
