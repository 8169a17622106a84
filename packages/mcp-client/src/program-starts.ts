const firstWaitMs = 500;
const maxWaitMs = 60_000;
const maxRemembered = 1_024;

/** When a program that ended by itself may be started again: at once the first time, then after ever longer waits, until it works. */
export class ProgramStarts {
  private readonly failures = new Map<string, { count: number; until: number }>();

  /** Milliseconds until it may be started; 0: now. */
  waitMs(key: string, now: number): number {
    return Math.max(0, (this.failures.get(key)?.until ?? 0) - now);
  }

  failed(key: string, now: number): void {
    const count = (this.failures.get(key)?.count ?? 0) + 1;
    this.failures.delete(key);
    if (this.failures.size >= maxRemembered) this.failures.delete(this.failures.keys().next().value as string);
    this.failures.set(key, {
      count,
      until: now + (count === 1 ? 0 : Math.min(maxWaitMs, firstWaitMs * 2 ** (count - 2))),
    });
  }

  worked(key: string): void {
    this.failures.delete(key);
  }
}
