import type { ExecutionResult } from '@patchbay/contracts';

interface Pending {
  readonly result: Promise<ExecutionResult>;
  /** Somebody was told to come again for it. */
  awaited: boolean;
  /** Of what it came to, once it did. */
  bytes: number;
  timer: NodeJS.Timeout | null;
}

export interface PendingLimits {
  /** Milliseconds for which an answer that came late waits to be asked for. */
  readonly keepMs: number;
  /** Late answers at once, and bytes of all of them together; the oldest go first. */
  readonly maxKept: number;
  readonly maxBytes: number;
}

/**
 * Calls that are under way, so that one that comes twice is carried out once and both are told the same, and the answers that
 * came after somebody had been told to come again. What goes from here is not lost: an effect's answer is in the executor's
 * ledger under the call's key, and a read can be made again.
 */
export class PendingAnswers {
  readonly #limits: PendingLimits;
  readonly #pending = new Map<string, Pending>();
  readonly #late = new Map<string, Pending>();
  #bytes = 0;

  constructor(limits: PendingLimits = { keepMs: 300_000, maxKept: 1_000, maxBytes: 33_554_432 }) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** What the call of this key comes to. `begin` is called unless it is under way, or its late answer is here. */
  take(key: string, begin: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
    const known = this.#pending.get(key);
    if (known !== undefined) {
      if (this.#late.has(key)) this.#drop(key);
      return known.result;
    }
    const result = begin();
    const pending: Pending = { result, awaited: false, bytes: 0, timer: null };
    this.#pending.set(key, pending);
    result.then(
      (came) => this.#settle(key, pending, came),
      () => this.#drop(key),
    );
    return result;
  }

  /** Whoever asked was told to come again: what it comes to waits here. */
  keep(key: string): void {
    const pending = this.#pending.get(key);
    if (pending !== undefined) pending.awaited = true;
  }

  close(): void {
    for (const key of [...this.#pending.keys()]) this.#drop(key);
  }

  #settle(key: string, pending: Pending, came: ExecutionResult): void {
    if (this.#pending.get(key) !== pending) return;
    if (!pending.awaited) return this.#drop(key);
    pending.bytes = JSON.stringify(came).length;
    pending.timer = setTimeout(() => this.#drop(key), this.#limits.keepMs).unref();
    this.#late.set(key, pending);
    this.#bytes += pending.bytes;
    for (const oldest of this.#late.keys()) {
      if (this.#late.size <= this.#limits.maxKept && this.#bytes <= this.#limits.maxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    if (pending?.timer != null) clearTimeout(pending.timer);
    if (this.#late.delete(key)) this.#bytes -= pending?.bytes ?? 0;
  }
}
