import { LatencyHistogram } from '@patchbay/contracts';

export interface CountedRequest {
  /** Its operation, or the pattern of its path: never a path with values in it. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

export interface RequestSeries {
  readonly route: string;
  /** `2xx` and the like. */
  readonly outcome: string;
  readonly durations: LatencyHistogram;
}

/** Requests that were answered since the start. Bounded by the table of routes times five. */
export class RequestCounts {
  readonly startedAt: number;
  readonly #series = new Map<string, RequestSeries>();

  /** `startedAt` in Unix milliseconds. */
  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  count({ route, status, ms }: CountedRequest): void {
    const outcome = `${Math.floor(status / 100)}xx`;
    const key = `${route} ${outcome}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { route, outcome, durations: new LatencyHistogram() };
      this.#series.set(key, series);
    }
    series.durations.record(ms);
  }

  all(): readonly RequestSeries[] {
    return [...this.#series.values()];
  }
}
