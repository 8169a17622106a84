/** Notifications that may follow each other at once, and milliseconds for one more. */
const burst = 10;
const oneMoreMs = 100;
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
  readonly #since = performance.now();
  #told = 0;
  #last = this.#since;
  #left = burst;

  constructor(send: SendProgress) {
    this.#send = send;
    this.#beat = setInterval(() => {
      const now = performance.now();
      if (now - this.#last >= beatMs)
        this.#tell(`Still at it after ${Math.round((now - this.#since) / 1_000)} seconds.`);
    }, beatMs);
    this.#beat.unref();
  }

  /** A chunk of the answer came. Those that come too fast are not told: they would fill a slow client's queue. */
  chunk(data: unknown): void {
    const now = performance.now();
    this.#left = Math.min(burst, this.#left + (now - this.#last) / oneMoreMs);
    this.#last = now;
    if (this.#left < 1) return;
    this.#left -= 1;
    const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
    this.#tell(text.length > toldUpTo ? `${text.slice(0, toldUpTo)}…` : text);
  }

  close(): void {
    clearInterval(this.#beat);
  }

  #tell(message: string): void {
    this.#told += 1;
    void this.#send(this.#told, message).catch(() => {});
  }
}
