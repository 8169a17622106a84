import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../answer/answer.ts';
import type { Judgement } from '../check/judge.ts';

interface KeyEntry {
  readonly values: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
}

/** The first answer for each idempotency key, as a vendor keeps it. Holds between one and two times `capacity` keys. */
export class KeyMemory {
  readonly #capacity: number;
  // Two generations: dropping the older at once is cheaper than looking for the oldest key of one map.
  #young = new Map<string, KeyEntry>();
  #old = new Map<string, KeyEntry>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What a key is known for: its first answer, or a call with other arguments. */
  look(key: string | null, values: KeyEntry['values']): { readonly answer: Answer } | 'mismatch' | null {
    const entry = key === null ? undefined : (this.#young.get(key) ?? this.#old.get(key));
    if (entry === undefined) return null;
    return isDeepStrictEqual(entry.values, values) ? { answer: entry.answer } : 'mismatch';
  }

  keep(key: string | null, values: KeyEntry['values'], answer: Answer): void {
    if (key === null) return;
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, { values, answer });
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

/** Under what a vendor knows a key: the call, the account (here, the credential shown) and the key itself. */
export function memoryKeyOf({ target, idempotencyKey, shown }: Judgement): string | null {
  if (idempotencyKey === null) return null;
  const account = shown === null ? '' : hash('sha256', shown.secrets.join('\0'));
  return `${target.integration}\0${target.tool}\0${target.step ?? ''}\0${account}\0${idempotencyKey}`;
}
