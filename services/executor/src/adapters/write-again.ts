/** Milliseconds after the first try in which another one may begin: JetStream may choose a leader. The shutdown's drain has room for it. */
const tryForMs = 11_000;
/**
 * The same of what nobody waits for, and is not to be forgotten: the servers may be away. How many wait so long needs no limit of its own:
 * a call has a claim before it has an answer, and while the ledger takes no answers it takes no claims.
 */
const patientMs = 120_000;
const firstGapMs = 500;
const mostGapMs = 2_000;

/** Compare-and-set writes that are made again when their answer was lost, as it is when the connection is lost meanwhile. */
export class WriteAgain {
  #windingDownAt = Number.POSITIVE_INFINITY;

  /** The process is about to end. */
  windDown(): void {
    this.#windingDownAt = Math.min(this.#windingDownAt, performance.now());
  }

  /**
   * Gives what the write gives: whether it stands. A repeat finds a changed revision where an earlier try got through after all, so then
   * `stands` decides by what is there.
   * @throws what the last try failed with.
   */
  async write(write: () => Promise<boolean>, stands: () => Promise<boolean>, patient: boolean): Promise<boolean> {
    const startedAt = performance.now();
    let gapMs = firstGapMs;
    for (let first = true; ; first = false) {
      try {
        return (await write()) || (!first && (await stands()));
      } catch (error) {
        const until = patient ? Math.min(startedAt + patientMs, this.#windingDownAt + tryForMs) : startedAt + tryForMs;
        if (performance.now() + gapMs > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, gapMs));
        gapMs = Math.min(mostGapMs, 1.5 * gapMs);
      }
    }
  }
}
