import type { CallOutcome } from './call-outcome.ts';
import { LatencyRecord } from './latencies.ts';
import type { LoadOfOne, LoadSample } from './load-report.ts';

/** One call that has its answer. Times in milliseconds of one clock. */
export interface AnsweredCall {
  readonly outcome: CallOutcome;
  /** When it should have been made. */
  readonly dueAt: number;
  readonly madeAt: number;
  readonly answeredAt: number;
}

interface One {
  succeeded: number;
  unsuccessful: number;
  readonly latencies: LatencyRecord;
}

/** Kinds of calls told apart. Further ones count together. */
const mostKinds = 50;

/** What the measured calls came to, in so much room however many there are. */
export class CallBook {
  readonly response = new LatencyRecord();
  readonly service = new LatencyRecord();
  readonly unsuccessful = new LatencyRecord();
  readonly late = new LatencyRecord();
  readonly counts = { made: 0, succeeded: 0, refused: 0, failed: 0, unknown: 0 };
  readonly errors = new Map<string, number>();
  readonly #kinds = new Map<string, One>();
  readonly #interval = { record: new LatencyRecord(), made: 0, succeeded: 0, unsuccessful: 0, since: 0 };

  made(lateMs: number): void {
    this.counts.made++;
    this.#interval.made++;
    this.late.add(lateMs);
  }

  answered({ outcome, dueAt, madeAt, answeredAt }: AnsweredCall): void {
    const { status, code, what } = outcome;
    const one = this.#kind(what);
    this.counts[status]++;
    const took = answeredAt - madeAt;
    if (status === 'succeeded') {
      one.succeeded++;
      one.latencies.add(took);
      this.service.add(took);
      this.response.add(answeredAt - dueAt);
      this.#interval.record.add(answeredAt - dueAt);
      this.#interval.succeeded++;
    } else {
      one.unsuccessful++;
      this.unsuccessful.add(took);
      this.#interval.unsuccessful++;
      const name = code ?? status;
      this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
    }
  }

  /** What came since the last sample. `at` in seconds since the measured time began. */
  sample(at: number, inFlight: number): LoadSample {
    const { record, made, succeeded, unsuccessful, since } = this.#interval;
    const { p50, p99, max } = record.summary();
    record.forget();
    Object.assign(this.#interval, { made: 0, succeeded: 0, unsuccessful: 0, since: at });
    return {
      at,
      made,
      succeeded,
      unsuccessful,
      in_flight: inFlight,
      per_second: at > since ? succeeded / (at - since) : 0,
      p50_ms: p50,
      p99_ms: p99,
      max_ms: max,
    };
  }

  /** Most called first. */
  kinds(): LoadOfOne[] {
    return [...this.#kinds]
      .map(([what, { latencies, ...counts }]) => ({ what, ...counts, latency_ms: latencies.summary() }))
      .sort((a, b) => b.succeeded + b.unsuccessful - (a.succeeded + a.unsuccessful));
  }

  #kind(what: string): One {
    const name = this.#kinds.has(what) || this.#kinds.size < mostKinds ? what : 'others';
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const one: One = { succeeded: 0, unsuccessful: 0, latencies: new LatencyRecord() };
    this.#kinds.set(name, one);
    return one;
  }
}
