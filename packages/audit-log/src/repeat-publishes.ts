export interface RepeatOptions {
  /** Whether there is a connection. Without one a publish would only wait in this process, beside its last copy. */
  readonly connected: () => boolean;
  /** Milliseconds for which a publish is repeated. Less than the stream's window for duplicates, which is 120 s. */
  readonly forMs: number;
  /** Milliseconds that it goes on for after `windDown`. */
  readonly windDownMs: number;
  /** Told why, when a publish is repeated and none was being repeated before. */
  readonly onBegin?: (failure: unknown) => void;
}

/** Publishes repeated at once; what comes beyond is given up, so that a long outage costs no memory without end. */
const maxOpen = 1_000;
const maxOpenBytes = 8 * 1_024 * 1_024;
/** Milliseconds before the first repeat. Doubled each time, up to `maxGapMs`. */
const minGapMs = 250;
const maxGapMs = 8_000;

/**
 * Publishes once more, and again, what the stream did not confirm: the connection may have been lost with the publish or
 * its acknowledgement under way. Each copy has the same message id, so the stream keeps one.
 */
export class RepeatPublishes {
  readonly #options: RepeatOptions;
  #open = 0;
  #openBytes = 0;
  /** `performance.now()` milliseconds. */
  #endBy = Number.POSITIVE_INFINITY;

  constructor(options: RepeatOptions) {
    this.#options = options;
  }

  /** Settles when `publish` succeeds. @throws what it failed with last, when the time is over or there is no room. */
  async repeat(publish: () => Promise<unknown>, bytes: number, failure: unknown): Promise<void> {
    if (this.#open >= maxOpen || this.#openBytes + bytes > maxOpenBytes) throw failure;
    if (this.#open === 0) this.#options.onBegin?.(failure);
    this.#open++;
    this.#openBytes += bytes;
    try {
      await this.#untilTaken(publish, failure);
    } finally {
      this.#open--;
      this.#openBytes -= bytes;
    }
  }

  /** From now on everything is given up soon. */
  windDown(): void {
    this.#endBy = Math.min(this.#endBy, performance.now() + this.#options.windDownMs);
  }

  async #untilTaken(publish: () => Promise<unknown>, failure: unknown): Promise<void> {
    const giveUpAt = performance.now() + this.#options.forMs;
    let last = failure;
    let gapMs = minGapMs;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, gapMs));
      if (performance.now() >= Math.min(giveUpAt, this.#endBy)) throw last;
      if (!this.#options.connected()) {
        gapMs = minGapMs;
        continue;
      }
      try {
        await publish();
        return;
      } catch (error) {
        last = error;
        gapMs = Math.min(2 * gapMs, maxGapMs);
      }
    }
  }
}
