import { build, type Histogram } from 'hdr-histogram-js';

/** Times of calls, in milliseconds with three digits that count. Null where there was none. */
export interface Latencies {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

/** An hour, in the histogram's microseconds: as long as a load may last. */
const longestUs = 3_600_000_000;

/** Times of calls, kept in so much room however many there are: some 200 KiB. */
export class LatencyRecord {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestUs,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    autoResize: false,
    useWebAssembly: false,
  });

  add(ms: number): void {
    this.#histogram.recordValue(Math.min(longestUs, Math.max(1, Math.round(ms * 1_000))));
  }

  forget(): void {
    this.#histogram.reset();
  }

  summary(): Latencies {
    return summaryOf(this.#histogram);
  }

  /**
   * The same with the calls that callers would have made while they waited: for a call that took longer than
   * `expectedIntervalMs`, one at each such interval that its caller missed, as long as it would have waited.
   */
  corrected(expectedIntervalMs: number): Latencies {
    const interval = Math.max(1, Math.round(expectedIntervalMs * 1_000));
    return summaryOf(this.#histogram.copyCorrectedForCoordinatedOmission(interval) as Histogram);
  }
}

function summaryOf(histogram: Histogram): Latencies {
  const count = histogram.totalCount;
  const ms = (us: number) => (count === 0 ? null : us / 1_000);
  const at = (percent: number) => ms(histogram.getValueAtPercentile(percent));
  return {
    count,
    mean: ms(Math.round(histogram.mean)),
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: ms(histogram.maxValue),
  };
}
