import { maxSecretLifeMs, PatchbayError } from '@patchbay/contracts';

/** An owner's secrets as the vault lent them: values by secret id. */
export type Lent = ReadonlyMap<string, string>;

interface Held {
  readonly lent: Lent;
  /** `performance.now()` when they were asked for. */
  readonly askedAt: number;
  readonly timer: NodeJS.Timeout;
}

/** Share of a life after which a use asks for the next in the background. */
const renewAfter = 0.6;
/** Owners whose secrets are held at once; the least used goes first. */
const mostOwners = 10_000;
/** Milliseconds within which a secret that was not among those lent is not asked for again. */
const askAgainMs = 1_000;

/**
 * Secrets in memory, each owner's for a minute from when they were asked for and no longer: a timer takes them away, not the
 * next look, so that an idle process holds none. One question at a time for each owner.
 */
export class LentSecrets {
  readonly #held = new Map<string, Held>();
  readonly #asking = new Map<string, Promise<Lent>>();

  /** The owner's secrets; with all of `wanted`, if the vault has them. Rejects with what `ask` rejected with. */
  async get(key: string, wanted: readonly string[], ask: () => Promise<Lent>): Promise<Lent> {
    const held = this.#held.get(key);
    if (held === undefined) return this.#ask(key, ask);
    this.#held.delete(key);
    this.#held.set(key, held);
    const age = performance.now() - held.askedAt;
    const hasAll = wanted.every((id) => held.lent.has(id));
    // One that was kept a moment ago, and is not known here yet.
    if (!hasAll && age > askAgainMs) return this.#ask(key, ask);
    // When that fails, what is held is good until its end.
    if (age > renewAfter * maxSecretLifeMs) this.#ask(key, ask).catch(() => {});
    return held.lent;
  }

  /** Forgets what has such a key, and keeps nothing of what is being asked for. */
  forgetWhere(matches: (key: string) => boolean): void {
    for (const key of [...this.#asking.keys()]) if (matches(key)) this.#asking.delete(key);
    for (const key of [...this.#held.keys()]) if (matches(key)) this.#forget(key);
  }

  /** Owners whose secrets are held. */
  get size(): number {
    return this.#held.size;
  }

  #ask(key: string, ask: () => Promise<Lent>): Promise<Lent> {
    const asking = this.#asking.get(key);
    if (asking !== undefined) return asking;
    const askedAt = performance.now();
    const asked = ask()
      .then((lent) => {
        if (this.#asking.get(key) === asked) this.#hold(key, lent, askedAt);
        return lent;
      })
      .catch((error: unknown) => {
        // Of a tenant that was erased, say: what is held must not outlive it.
        if (error instanceof PatchbayError && !error.body.retryable) this.#forget(key);
        throw error;
      })
      .finally(() => {
        if (this.#asking.get(key) === asked) this.#asking.delete(key);
      });
    this.#asking.set(key, asked);
    return asked;
  }

  #hold(key: string, lent: Lent, askedAt: number): void {
    this.#forget(key);
    const leftMs = maxSecretLifeMs - (performance.now() - askedAt);
    if (leftMs <= 0) return;
    const timer = setTimeout(() => this.#forget(key), leftMs);
    timer.unref();
    this.#held.set(key, { lent, askedAt, timer });
    if (this.#held.size <= mostOwners) return;
    const oldest = this.#held.keys().next();
    if (!oldest.done) this.#forget(oldest.value);
  }

  #forget(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    clearTimeout(held.timer);
    this.#held.delete(key);
  }
}
