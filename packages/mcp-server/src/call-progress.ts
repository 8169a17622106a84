/** Milliseconds between two notifications at least, so that a fast stream does not fill a slow client's queue. */
const apartMs = 100;
/** Milliseconds of silence after which one says that the call goes on: clients that wait for a minute then wait on. */
const beatMs = 10_000;
/** Characters of a chunk that are told. */
const toldUpTo = 300;

/** Sends one notification. Failures are no concern of the call: whoever left takes none. */
export type SendProgress = (progress: number, message: string) => Promise<void>;

/** Tells of a call under way. `progress` counts up by one; a total is not known. */
export class CallProgress {
  readonly #send: SendProgress;
  readonly #beat: NodeJS.Timeout;
  #told = 0;
  #last: number;

  constructor(send: SendProgress) {
    this.#send = send;
    this.#last = Number.NEGATIVE_INFINITY;
    const since = performance.now();
    this.#beat = setInterval(() => {
      const now = performance.now();
      if (now - this.#last >= beatMs)
        this.#tell(`Still at it after ${Math.round((now - since) / 1_000)} seconds.`, now);
    }, beatMs);
    this.#beat.unref();
  }

  /** A chunk of the answer came. Those that come too fast are not told. */
  chunk(data: unknown): void {
    const now = performance.now();
    if (now - this.#last < apartMs) return;
    const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
    this.#tell(text.length > toldUpTo ? `${text.slice(0, toldUpTo)}…` : text, now);
  }

  close(): void {
    clearInterval(this.#beat);
  }

  #tell(message: string, now: number): void {
    this.#last = now;
    this.#told += 1;
    void this.#send(this.#told, message).catch(() => {});
  }
}
