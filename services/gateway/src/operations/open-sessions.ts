import { endOfKey, type Principal } from '@patchbay/identity';
import { isTaken } from './authenticate.ts';
import type { IdentityStore } from './ports.ts';

/** Longest delay that a timer takes, in milliseconds. */
const maxTimerMs = 2_147_483_647;

/** Something that stays open under a key: a stream, later a socket. */
export interface OpenSession {
  close(): void;
}

/**
 * What is open under which key. `look` ends what is open under keys that are no longer taken; it is called when the copy of
 * the store changes, and by a timer when a key expires. `end` is called once at most, and not after `close`.
 */
export class OpenSessions {
  readonly #store: Pick<IdentityStore, 'findKey' | 'findTenant'>;
  readonly #now: () => number;
  readonly #open = new Map<string, Set<() => void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(store: Pick<IdentityStore, 'findKey' | 'findTenant'>, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  get size(): number {
    return [...this.#open.values()].reduce((sum, ends) => sum + ends.size, 0);
  }

  open({ id }: Pick<Principal, 'id'>, end: () => void): OpenSession {
    const ends = this.#open.get(id) ?? new Set();
    this.#open.set(id, ends);
    ends.add(end);
    this.#setTimer(id);
    // It may have ended between being asked and being opened.
    this.look(id);
    return { close: () => this.#close(id, end) };
  }

  /** Looks at one key, or at all. */
  look(id?: string): void {
    for (const one of id === undefined ? [...this.#open.keys()] : [id]) {
      const key = this.#store.findKey(one);
      const ends = this.#open.get(one);
      if (ends === undefined) continue;
      if (key !== null && isTaken(this.#store, key, this.#now())) this.#setTimer(one);
      else {
        for (const end of [...ends]) {
          this.#close(one, end);
          end();
        }
      }
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #setTimer(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const key = this.#store.findKey(id);
    const leftMs = key === null ? 0 : endOfKey(key) - this.#now();
    if (!Number.isFinite(leftMs)) return;
    const timer = setTimeout(() => this.look(id), Math.min(Math.max(0, leftMs), maxTimerMs)).unref();
    this.#timers.set(id, timer);
  }

  #close(id: string, end: () => void): void {
    const ends = this.#open.get(id);
    ends?.delete(end);
    if (ends?.size !== 0) return;
    this.#open.delete(id);
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
