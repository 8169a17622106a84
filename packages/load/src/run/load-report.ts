import type { Latencies } from './latencies.ts';
import type { LoadBounds, LoadShape } from './shape.ts';

/** Calls by what they came to, of those that are measured. */
export interface CallCounts {
  /** Made within the measured time. */
  readonly made: number;
  readonly succeeded: number;
  readonly refused: number;
  readonly failed: number;
  /** Sent, and nobody knows whether they had their effect. */
  readonly unknown: number;
  /** Still without an answer when waiting for them ended. */
  readonly unanswered: number;
  /** Of an open load: due within the time and never made, because as many as may be were in flight. */
  readonly not_made: number;
}

/** One moment of the load. Counts and times are those of the interval before it. */
export interface LoadSample {
  /** Seconds since the measured time began. */
  readonly at: number;
  readonly made: number;
  readonly succeeded: number;
  readonly unsuccessful: number;
  readonly in_flight: number;
  readonly per_second: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly max_ms: number | null;
}

/** What calls of one kind came to. */
export interface LoadOfOne {
  readonly what: string;
  readonly succeeded: number;
  readonly unsuccessful: number;
  readonly latency_ms: Latencies;
}

/** Why a load ended. */
export type LoadEnd = 'time' | 'calls' | 'interrupted';

/** What a load came to. Times of calls in milliseconds, others in seconds. */
export interface LoadReport {
  readonly shape: LoadShape;
  readonly bounds: LoadBounds;
  readonly started_at: string;
  readonly ended_by: LoadEnd;
  /** Measured. */
  readonly seconds: number;
  readonly counts: CallCounts;
  /** Calls that succeeded for each second. */
  readonly per_second: number;
  /** Share of the calls made that succeeded, 0 to 1. Null when none was made. */
  readonly success: number | null;
  /** Calls by code, those that succeeded not among them. */
  readonly errors: Readonly<Record<string, number>>;
  /**
   * Of calls that succeeded, with what a caller waited before its call could be made: of an open load from when it was
   * due, of a closed one with the calls that its callers would have made while they waited.
   */
  readonly response_ms: Latencies;
  /** Of calls that succeeded, from when they were made. */
  readonly service_ms: Latencies;
  /** Of calls that did not succeed, from when they were made. */
  readonly unsuccessful_ms: Latencies;
  readonly by_what: readonly LoadOfOne[];
  readonly generator: {
    /** Of one processor, 0 to 1, what the process that made the calls used. */
    readonly processor: number;
    /** Of an open load: how long after they were due calls were made. */
    readonly late_ms: Latencies;
    /** Whether it was the generator, and not what was asked, that kept the load back. */
    readonly at_its_limit: boolean;
  };
  readonly samples: readonly LoadSample[];
}
