/** Answers seen before the median counts, and before the 95th percentile does. */
const minSamples = 5;
const minTailSamples = 20;
/** Latest answers that count. */
const window = 128;
/** New answers after which the order is worked out anew: sorting for each would cost more than it tells. */
const staleAfter = 8;
/** Refusals after which one call goes through all the same, and milliseconds after which one does. */
const probeAfterRefusals = 20;
const probeAfterMs = 5_000;

/**
 * What one HTTP call of a tool usually takes, in milliseconds, from its latest answers. The estimate doubts itself: where it
 * has calls refused, one goes through now and then, and a probe that finds the upstream quicker begins it anew.
 */
export class LatencyEstimate {
  private readonly samples = new Float64Array(window);
  private sorted = new Float64Array(0);
  private seen = 0;
  private sortedAt = -1;
  private refusals = 0;
  private refusingSince: number | null = null;
  private probing = false;

  /** An answer came after `ms`. */
  observe(ms: number): void {
    if (this.probing) {
      this.probing = false;
      if (ms < this.p50Ms) {
        this.seen = 0;
        this.sortedAt = -1;
      }
    }
    this.samples[this.seen++ % window] = ms;
  }

  /** No answer had come after `ms`. That tells something only where it is longer than answers usually take. */
  observeSilence(ms: number): void {
    this.probing = false;
    const usual = this.p50Ms;
    if (usual > 0 && ms > usual) this.samples[this.seen++ % window] = ms;
  }

  /** Whether a call with `leftMs` may be tried at `now`: there is time for the usual answer, or doubt is due. Changes nothing. */
  mayFit(leftMs: number, now: number): boolean {
    if (leftMs <= 0) return false;
    return leftMs >= this.p50Ms || this.probeIsDue(now);
  }

  /** As `mayFit`, for the call that is now about to be made: a refusal is counted, a probe is taken. */
  admit(leftMs: number, now: number): boolean {
    if (leftMs <= 0) return false;
    if (leftMs >= this.p50Ms) return true;
    if (!this.probeIsDue(now)) {
      this.countRefusal(now);
      return false;
    }
    this.refusals = 0;
    this.refusingSince = now;
    this.probing = true;
    return true;
  }

  /** A call was refused for want of time. */
  countRefusal(now: number): void {
    this.refusingSince ??= now;
    this.refusals++;
  }

  /** The median, or 0 while too little is known. */
  get p50Ms(): number {
    return this.seen < minSamples ? 0 : this.quantile(0.5);
  }

  /** What 19 of 20 answers stay below, or 0 while too little is known. */
  get p95Ms(): number {
    return this.seen < minTailSamples ? 0 : this.quantile(0.95);
  }

  private probeIsDue(now: number): boolean {
    if (this.refusingSince === null) return false;
    return this.refusals >= probeAfterRefusals || now - this.refusingSince >= probeAfterMs;
  }

  private quantile(share: number): number {
    const newer = this.seen - this.sortedAt;
    if (this.sortedAt < 0 || newer >= staleAfter || (newer > 0 && this.seen <= minTailSamples)) {
      this.sorted = this.samples.slice(0, Math.min(this.seen, window)).sort();
      this.sortedAt = this.seen;
    }
    return this.sorted[Math.floor(share * this.sorted.length)] as number;
  }
}
