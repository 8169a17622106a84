/** Retries that each first attempt earns. With the reserve, retries stay below a fifth of the calls offered. */
const perCall = 0.15;
/** Retries per second that come without calls, so that a host seldom called can still be retried. */
const perSecond = 0.2;
const maxTokens = 10;

/** How many retries one host may still get: a token bucket that calls fill and retries empty. */
export class RetryBudget {
  private tokens = maxTokens;
  private filledAt = 0;

  /** A first attempt is being made. */
  deposit(): void {
    if (this.tokens < maxTokens) this.tokens = Math.min(maxTokens, this.tokens + perCall);
  }

  /** Takes one retry out; false when none is left. */
  withdraw(now: number): boolean {
    this.tokens = Math.min(maxTokens, this.tokens + (Math.max(0, now - this.filledAt) / 1_000) * perSecond);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
