import { PatchbayError } from '@patchbay/contracts';

export interface LentKeysOptions<Key> {
  /** Milliseconds from when a key was asked for until it is forgotten. */
  readonly lifeMs: number;
  /** Keys held at once; the least used goes first. */
  readonly most: number;
  readonly wipe: (key: Key) => void;
}

interface Held<Key> {
  readonly key: Key;
  readonly askedAt: number;
  readonly timer: NodeJS.Timeout;
}

/** Share of a life after which a use asks for the next in the background. */
const renewAfter = 0.6;

/**
 * Keys in memory, each for its life and no longer: a timer takes it away and wipes it, so that an idle process holds none. One
 * question at a time for each name; one that is on its way when its name is forgotten is not held.
 */
export class LentKeys<Key> {
  readonly #held = new Map<string, Held<Key>>();
  readonly #asking = new Map<string, Promise<Key>>();
  readonly #options: LentKeysOptions<Key>;

  constructor(options: LentKeysOptions<Key>) {
    this.#options = options;
  }

  /** The key that is held, or null. One that is getting old is asked for anew meanwhile. */
  now(name: string, ask: () => Promise<Key>): Key | null {
    const held = this.#held.get(name);
    if (held === undefined) return null;
    // When that fails, what is held is good until its end.
    if (performance.now() - held.askedAt > renewAfter * this.#options.lifeMs) this.#ask(name, ask).catch(() => {});
    return held.key;
  }

  /** The key that is held, or what `ask` brings. Rejects with what `ask` rejected with. */
  async get(name: string, ask: () => Promise<Key>): Promise<Key> {
    return this.now(name, ask) ?? this.#ask(name, ask);
  }

  forgetWhere(matches: (name: string) => boolean): void {
    for (const name of [...this.#asking.keys()]) if (matches(name)) this.#asking.delete(name);
    for (const name of [...this.#held.keys()]) if (matches(name)) this.#forget(name);
  }

  get size(): number {
    return this.#held.size;
  }

  #ask(name: string, ask: () => Promise<Key>): Promise<Key> {
    const asking = this.#asking.get(name);
    if (asking !== undefined) return asking;
    const askedAt = performance.now();
    const asked = ask()
      .then((key) => {
        if (this.#asking.get(name) === asked) this.#hold(name, key, askedAt);
        return key;
      })
      .catch((error: unknown) => {
        // Of somebody who was erased, say: what is held must not outlive it.
        if (error instanceof PatchbayError && !error.body.retryable) this.#forget(name);
        throw error;
      })
      .finally(() => {
        if (this.#asking.get(name) === asked) this.#asking.delete(name);
      });
    this.#asking.set(name, asked);
    return asked;
  }

  #hold(name: string, key: Key, askedAt: number): void {
    this.#forget(name);
    const leftMs = this.#options.lifeMs - (performance.now() - askedAt);
    if (leftMs <= 0) return;
    const timer = setTimeout(() => this.#forget(name), leftMs);
    timer.unref();
    this.#held.set(name, { key, askedAt, timer });
    if (this.#held.size <= this.#options.most) return;
    const oldest = this.#held.keys().next();
    if (!oldest.done) this.#forget(oldest.value);
  }

  #forget(name: string): void {
    const held = this.#held.get(name);
    if (held === undefined) return;
    clearTimeout(held.timer);
    this.#held.delete(name);
    this.#options.wipe(held.key);
  }
}
