/** Answers seen before the estimate counts. */
const minSamples = 5;
/** How far one answer moves the estimate, as a share of it. */
const step = 0.05;

/**
 * A running median of one tool's answer times in milliseconds: each answer nudges it up or down (stochastic
 * approximation of a quantile), so it costs two numbers and no history.
 */
export class LatencyEstimate {
  private median = 0;
  private samples = 0;

  observe(ms: number): void {
    if (this.samples++ === 0) this.median = ms;
    else
      this.median =
        ms > this.median ? Math.min(ms, this.median * (1 + step) + 0.01) : Math.max(ms, this.median * (1 - step));
  }

  /** An attempt was not made because the estimate said it could not end in time: doubt the estimate a little. */
  decay(): void {
    this.median *= 0.9;
  }

  /** The median, or 0 while too little is known. */
  get p50Ms(): number {
    return this.samples < minSamples ? 0 : this.median;
  }
}
