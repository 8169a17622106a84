import { createHash, hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../answer/answer.ts';
import type { Judgement } from '../check/judge.ts';
import type { Effect, RecordFilter } from '../types.ts';
import { Ring } from './ring.ts';

interface KeyEntry {
  readonly values: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
}

type EffectRow = Omit<Effect, 'fingerprint' | 'at'> & { readonly atMs: number };

/** Side effects performed, and the first answer for each idempotency key as a vendor keeps it. */
export class EffectLedger {
  readonly #effects: Ring<EffectRow>;
  readonly #keys = new Map<string, KeyEntry>();
  readonly #maxKeys: number;
  #count = 0;

  constructor(capacity: number) {
    this.#effects = new Ring(capacity);
    this.#maxKeys = capacity;
  }

  get count(): number {
    return this.#count;
  }

  /** What the request's idempotency key is known for: an earlier answer, or other arguments. */
  known(judgement: Judgement): { readonly answer: Answer } | 'mismatch' | null {
    const key = ledgerKey(judgement);
    const entry = key === null ? undefined : this.#keys.get(key);
    if (entry === undefined) return null;
    return isDeepStrictEqual(entry.values, judgement.values) ? { answer: entry.answer } : 'mismatch';
  }

  /** Records one effect and keeps its answer under the idempotency key, where there is one. Returns its number. */
  add(judgement: Judgement, answer: (number: number) => Answer, nowMs: number): Answer {
    const { target, values } = judgement;
    const number = ++this.#count;
    const given = answer(number);
    this.#effects.push({
      number,
      atMs: nowMs,
      integration: target.integration,
      tool: target.tool,
      step: target.step,
      method: target.method,
      arguments: values,
      idempotencyKey: judgement.idempotencyKey,
      idempotency: target.idempotency.kind,
    });
    const key = ledgerKey(judgement);
    if (key !== null) {
      if (this.#keys.size >= this.#maxKeys) this.#keys.delete(this.#keys.keys().next().value as string);
      this.#keys.set(key, { values, answer: given });
    }
    return given;
  }

  list(filter: RecordFilter = {}): Effect[] {
    return this.#effects
      .toArray()
      .filter(
        (row) =>
          (filter.tool ?? row.tool) === row.tool &&
          (filter.integration ?? row.integration) === row.integration &&
          (filter.step ?? row.step) === row.step,
      )
      .map(({ atMs, ...row }) => ({
        ...row,
        at: new Date(atMs).toISOString(),
        fingerprint: fingerprintOf(row.tool, row.step, row.arguments),
      }));
  }

  clear(): void {
    this.#effects.clear();
    this.#keys.clear();
    this.#count = 0;
  }
}

/** Vendors scope keys to the account: here, to the credential shown. */
function ledgerKey({ target, idempotencyKey, shown }: Judgement): string | null {
  if (idempotencyKey === null) return null;
  const account = shown === null ? '' : hash('sha256', shown.secrets.join('\0'));
  return JSON.stringify([target.integration, target.tool, target.step, account, idempotencyKey]);
}

function fingerprintOf(tool: string, step: string | null, values: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([tool, step, canonical(values)]))
    .digest('hex');
}

/** The same value with members in order, so that equal values serialise equally. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, canonical(inner)]),
  );
}
