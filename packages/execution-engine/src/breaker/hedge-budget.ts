/** Calls that earn one second request: at most 5 % more load. */
const callsPerHedge = 20;
/** Second requests that may come at once after a quiet time. */
const maxSaved = 5;

/** How many second requests one host may still get. It begins with none, so that the share holds from the first call on. */
export class HedgeBudget {
  private earned = 0;

  /** A call that might be hedged is being made. */
  deposit(): void {
    this.earned = Math.min(maxSaved * callsPerHedge, this.earned + 1);
  }

  /** Takes one second request out; false when none was earned. */
  withdraw(): boolean {
    if (this.earned < callsPerHedge) return false;
    this.earned -= callsPerHedge;
    return true;
  }
}
