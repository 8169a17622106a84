/** What is counted of attempts; kinds and outcomes are closed lists, and no tenant is named. */
export interface AttemptSeries {
  readonly target: string;
  readonly outcome: string;
  readonly count: number;
  readonly seconds: number;
}

/** Counts since the process began. */
export class DeliveryMetrics {
  readonly #attempts = new Map<string, { target: string; outcome: string; count: number; seconds: number }>();
  events = 0;
  deliveries = 0;
  deadLetters = { exhausted: 0, system: 0 };
  paused = 0;

  attempt(target: string, outcome: string, durationMs: number): void {
    const key = `${target} ${outcome}`;
    const series = this.#attempts.get(key) ?? { target, outcome, count: 0, seconds: 0 };
    series.count++;
    series.seconds += durationMs / 1_000;
    this.#attempts.set(key, series);
  }

  get attempts(): readonly AttemptSeries[] {
    return [...this.#attempts.values()];
  }
}
