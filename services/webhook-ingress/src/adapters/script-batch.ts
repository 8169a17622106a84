interface Waiting<Entry, Answer> {
  readonly entry: Entry;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds that questions gather at the most behind those that are not answered: a store that hangs shall not keep them. */
const gatherMs = 5;

/**
 * Questions that come in one turn of the event loop go as one, and while some are under way those that come gather until they
 * are answered: a client's work for a command is far more than Redis' own, and a busy ingress asks thousands a second. So the
 * batches grow with the load, and where there is none nobody waits.
 */
export class ScriptBatch<Entry, Answer> {
  readonly #ask: (entries: readonly Entry[]) => Promise<readonly Answer[]>;
  readonly #most: number;
  readonly #hurry: boolean;
  #waiting: Waiting<Entry, Answer>[] = [];
  /** Batches that are not answered yet. */
  #underWay = 0;
  #patience: NodeJS.Timeout | null = null;

  /**
   * `ask` answers in the order of the entries, of which there are at most `most`. Without `hurry` the first one waits for
   * others too: for what nobody waits for.
   */
  constructor(ask: (entries: readonly Entry[]) => Promise<readonly Answer[]>, most: number, { hurry = true } = {}) {
    this.#ask = ask;
    this.#most = most;
    this.#hurry = hurry;
  }

  add(entry: Entry): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ entry, resolve, reject }) > 1) return;
      if (this.#underWay === 0 && this.#hurry) setImmediate(() => this.#flush());
      else this.#patience ??= setTimeout(() => this.#flush(), gatherMs);
    });
  }

  #flush(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    const all = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < all.length; at += this.#most) void this.#send(all.slice(at, at + this.#most));
  }

  async #send(some: readonly Waiting<Entry, Answer>[]): Promise<void> {
    this.#underWay++;
    try {
      const answers = await this.#ask(some.map(({ entry }) => entry));
      for (const [at, { resolve }] of some.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      for (const { reject } of some) reject(error);
    } finally {
      this.#underWay--;
      if (this.#underWay === 0 && this.#waiting.length > 0 && this.#hurry) this.#flush();
    }
  }
}
