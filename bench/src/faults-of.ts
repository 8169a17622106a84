/** What an upstream answers in the place of its answer: a status, or nothing but the end of the connection. */
export type Fault = 429 | 503 | 'reset';

/** What an upstream did. */
export interface UpstreamCounts {
  readonly requests: number;
  readonly faults: Readonly<Record<string, number>>;
}

/** After these a read may be sent again. A write only after 429, which says that nothing was done. */
const ofReads: readonly Fault[] = [503, 429, 'reset'];

/** Which requests meet a fault: each with a chance of `share`, the same ones for the same seed and order. */
export function faultsOf(
  share: number,
  seed: number,
): {
  next(isWrite: boolean): Fault | null;
  counts(): UpstreamCounts;
} {
  const random = randomOf(seed);
  const faults: Record<string, number> = {};
  let requests = 0;
  return {
    next(isWrite) {
      requests++;
      if (share === 0 || random() >= share) return null;
      const fault = isWrite ? 429 : (ofReads[Math.floor(random() * ofReads.length)] as Fault);
      faults[fault] = (faults[fault] ?? 0) + 1;
      return fault;
    },
    counts: () => ({ requests, faults: { ...faults } }),
  };
}

/** Numbers from 0 to below 1 (xorshift32). */
function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
