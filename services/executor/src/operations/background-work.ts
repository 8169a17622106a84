/** Work that outlives the answer it belongs to: outcomes to record, keys to settle. Shutdown waits for all of it. */
export class BackgroundWork {
  readonly #open = new Set<Promise<void>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(work: Promise<unknown>): void {
    const tracked: Promise<void> = work.then(
      () => {
        this.#open.delete(tracked);
      },
      (error) => {
        this.#open.delete(tracked);
        this.#onError(error);
      },
    );
    this.#open.add(tracked);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Settles when nothing is left, including what was added meanwhile. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }
}
