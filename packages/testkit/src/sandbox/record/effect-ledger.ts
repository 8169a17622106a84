import { createHash } from 'node:crypto';
import type { Judgement } from '../check/judge.ts';
import type { Effect, RecordFilter } from '../types.ts';
import { Ring } from './ring.ts';

type EffectRow = Omit<Effect, 'fingerprint' | 'at'> & { readonly atMs: number };

/** Side effects performed, in order. */
export class EffectLedger {
  readonly #effects: Ring<EffectRow>;
  #count = 0;

  constructor(capacity: number) {
    this.#effects = new Ring(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Records one effect and returns its number, from 1. */
  add({ target, values, idempotencyKey }: Judgement, nowMs: number): number {
    const number = ++this.#count;
    this.#effects.push({
      number,
      atMs: nowMs,
      integration: target.integration,
      tool: target.tool,
      step: target.step,
      method: target.method,
      arguments: values,
      idempotencyKey,
      idempotency: target.idempotency.kind,
    });
    return number;
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
    this.#count = 0;
  }
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
