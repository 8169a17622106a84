import { seededRandom } from '@patchbay/testkit';
import type { FaultKind } from './fault-kind.ts';

/** What goes wrong when: all of it decided by the seed, before anything runs. */
export interface PlannedFault {
  /** Milliseconds from the start of the load. */
  readonly atMs: number;
  readonly forMs: number;
  readonly kind: FaultKind;
  /** Decides whom it befalls. */
  readonly seed: number;
}

export interface Span {
  readonly seed: number;
  /** Before it nothing goes wrong, so that the load is under way. */
  readonly fromMs: number;
  /** By then everything is well again. */
  readonly untilMs: number;
  /** On average, between the beginnings of two. */
  readonly everyMs: number;
}

/**
 * Deals the kinds out as a shuffled deck, and another when it is used up: each kind comes before one comes twice. A part that is
 * not well yet is left alone until it is; the kind waits for its turn.
 */
export function planFaults(kinds: readonly FaultKind[], { seed, fromMs, untilMs, everyMs }: Span): PlannedFault[] {
  const random = seededRandom(seed);
  const planned: PlannedFault[] = [];
  const wellAt = new Map<string, number>();
  let deck: FaultKind[] = [];
  for (let atMs = fromMs; atMs < untilMs; atMs += everyMs * (0.5 + random())) {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const index = deck.findIndex((kind) => (wellAt.get(kind.part) ?? 0) <= atMs && atMs + kind.lastsMs[1] <= untilMs);
    // Drawn in any case, so that the numbers after it are the same whatever was found.
    const [length, own] = [random(), Math.floor(random() * 2 ** 31)];
    const kind = deck[index];
    if (kind === undefined) continue;
    deck.splice(index, 1);
    const [least, most] = kind.lastsMs;
    const forMs = Math.round(least + length * (most - least));
    planned.push({ atMs: Math.round(atMs), forMs, kind, seed: own });
    wellAt.set(kind.part, atMs + forMs + restMs);
  }
  return planned;
}

/** Milliseconds that a part is left alone after it is well. */
const restMs = 1_500;

function shuffled<T>(from: readonly T[], random: () => number): T[] {
  const left = [...from];
  return from.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}
