import { z } from 'zod';

/** Longest duration told apart, in microseconds: 1,000 s. Longer ones count as this. */
const maxUs = 1_000_000_000;
/** One bucket for each microsecond up to 100 µs; from there 90 for each power of ten. */
const linearBuckets = 100;
const bucketsPerDecade = 90;
const bucketCount = linearBuckets + 7 * bucketsPerDecade;

/**
 * A histogram as it travels: `buckets` holds pairs of bucket number and count, in order of the number. What a number
 * means is fixed (`LatencyHistogram`), so that histograms of any processes can be added up.
 */
export const HistogramSnapshot = z.object({
  count: z.int().nonnegative(),
  sum_ms: z.number().nonnegative(),
  buckets: z.array(z.int().nonnegative()).max(2 * bucketCount),
});
export type HistogramSnapshot = z.infer<typeof HistogramSnapshot>;

/**
 * Counts of durations in buckets whose bounds are decimal numbers of two digits (1.1 ms, 1.2 ms, …, 9.9 ms, 10 ms,
 * 11 ms, …), upper bound included. A quantile is right to 5 % from 10 µs to 1,000 s, histograms of several processes add
 * up without loss, and every bound of two digits that a metric may be asked for (5 ms, 0.25 s, 7.5 s) is one of ours.
 */
export class LatencyHistogram {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #sumMs = 0;

  /** Ignores what the snapshot holds beyond the known buckets. */
  static from(snapshot: HistogramSnapshot): LatencyHistogram {
    const histogram = new LatencyHistogram();
    const { buckets } = snapshot;
    for (let at = 0; at + 1 < buckets.length; at += 2) histogram.#add(buckets[at] as number, buckets[at + 1] as number);
    histogram.#sumMs = snapshot.sum_ms;
    return histogram;
  }

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  record(ms: number): void {
    this.#sumMs += ms;
    this.#add(bucketOf(ms), 1);
  }

  merge(other: LatencyHistogram): this {
    for (const [bucket, count] of other.#counts) this.#add(bucket, count);
    this.#sumMs += other.#sumMs;
    return this;
  }

  /** What was recorded since `earlier`, a state of this same histogram. Of another one, what it has more. */
  since(earlier: LatencyHistogram): LatencyHistogram {
    const difference = new LatencyHistogram();
    for (const [bucket, count] of this.#counts) {
      const more = count - (earlier.#counts.get(bucket) ?? 0);
      if (more > 0) difference.#add(bucket, more);
    }
    difference.#sumMs = Math.max(0, this.#sumMs - earlier.#sumMs);
    return difference;
  }

  /** Milliseconds that the share `q` (0 to 1) of durations do not exceed; null of nothing. */
  quantile(q: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let below = 0;
    for (const [bucket, count] of this.#ordered()) {
      if (below + count >= rank) {
        // The middle of the bucket is at most half its width from whatever lies in it.
        return ((bucket === 0 ? 0 : upperUs(bucket - 1)) + upperUs(bucket)) / 2_000;
      }
      below += count;
    }
    return null;
  }

  /** How many durations each bound includes that the one before does not, and past the last: one number more than bounds. */
  countsBetween(boundsMs: readonly number[]): number[] {
    const counts = new Array<number>(boundsMs.length + 1).fill(0);
    for (const [bucket, count] of this.#ordered()) {
      const upperMs = upperUs(bucket) / 1_000;
      let at = 0;
      while (at < boundsMs.length && upperMs > (boundsMs[at] as number)) at++;
      counts[at] = (counts[at] as number) + count;
    }
    return counts;
  }

  snapshot(): HistogramSnapshot {
    return {
      count: this.#count,
      sum_ms: Math.round(this.#sumMs * 1_000) / 1_000,
      buckets: this.#ordered().flat(),
    };
  }

  #ordered(): [number, number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }

  #add(bucket: number, count: number): void {
    if (bucket >= bucketCount || count <= 0) return;
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#count += count;
  }
}

/** The bucket whose lower bound is below the duration and whose upper bound is not. */
function bucketOf(ms: number): number {
  const us = Math.min(maxUs, Math.max(1, Math.ceil(ms * 1_000)));
  if (!(us > linearBuckets)) return (us || 1) - 1;
  let width = 10;
  let first = linearBuckets;
  while (us > width * 100) {
    width *= 10;
    first += bucketsPerDecade;
  }
  return first + Math.floor((us - 1 - width * 10) / width);
}

function upperUs(bucket: number): number {
  if (bucket < linearBuckets) return bucket + 1;
  const decade = Math.floor((bucket - linearBuckets) / bucketsPerDecade);
  const width = 10 ** (decade + 1);
  return width * 10 + (((bucket - linearBuckets) % bucketsPerDecade) + 1) * width;
}
