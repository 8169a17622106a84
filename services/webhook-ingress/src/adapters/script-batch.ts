interface Waiting<Entry, Answer> {
  readonly entry: Entry;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Questions that come in one turn of the event loop go as one: a client's work for a command is far more than Redis' own,
 * and a busy ingress asks thousands a second.
 */
export class ScriptBatch<Entry, Answer> {
  readonly #ask: (entries: readonly Entry[]) => Promise<readonly Answer[]>;
  readonly #most: number;
  #waiting: Waiting<Entry, Answer>[] = [];

  /** `ask` answers in the order of the entries, of which there are at most `most`. */
  constructor(ask: (entries: readonly Entry[]) => Promise<readonly Answer[]>, most: number) {
    this.#ask = ask;
    this.#most = most;
  }

  add(entry: Entry): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ entry, resolve, reject }) === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < all.length; at += this.#most) void this.#send(all.slice(at, at + this.#most));
  }

  async #send(some: readonly Waiting<Entry, Answer>[]): Promise<void> {
    try {
      const answers = await this.#ask(some.map(({ entry }) => entry));
      for (const [at, { resolve }] of some.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }
}
