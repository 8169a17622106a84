import { Admission, type Lane, tickMs } from './admission.ts';

/** One source of calls: Poisson arrivals at a rate, of one tenant and lane. */
export interface Source {
  readonly tenant: string;
  readonly perMs: number;
  readonly lane?: Lane;
}

export interface SourceResult {
  readonly answered: number;
  readonly refused: number;
  /** From the arrival at the process's door, milliseconds. */
  readonly p99: number;
  /** Of the refusals. */
  readonly refusalP99: number;
}

/** What a call costs: this process's time before and after the upstream, the upstream's, and a refusal's. Milliseconds. */
const costs = { before: 0.1, after: 0.1, upstream: 50, refusal: 0.005 };
/** Calls a millisecond that the process could carry out, did it nothing else. */
export const capacity = 1 / (costs.before + costs.after);

/**
 * A process with one thread that takes its work in order, as an event loop does, under a load, for `forMs` of simulated
 * time of which the second half is counted. The same numbers each time: arrivals come from a seeded generator.
 */
export function simulate(sources: readonly Source[], forMs: number, maxInFlight = 1_000): Map<string, SourceResult> {
  const random = generator(7);
  const admission = new Admission({ maxInFlight, now: 0 });
  const timers = new Timers();
  const tally = new Map(sources.map((one) => [keyOf(one), { answered: [] as number[], refused: [] as number[] }]));
  let clock = 0;

  const arrive = (source: Source, at: number): void => {
    timers.add(at, () => {
      arrive(source, at - Math.log(1 - random()) / source.perMs);
      handle(source, at);
    });
  };
  function handle(source: Source, arrivedAt: number): void {
    const receivedAt = clock;
    const place = admission.enter(source.tenant, source.lane ?? 'live', clock);
    clock += place === null ? costs.refusal : costs.before;
    const times = tally.get(keyOf(source));
    if (place === null) {
      if (clock > forMs / 2) times?.refused.push(clock - arrivedAt);
      return;
    }
    timers.add(clock + costs.upstream, () => {
      clock += costs.after;
      const totalMs = clock - receivedAt;
      place.leave({ ownMs: totalMs - costs.upstream, totalMs });
      if (clock > forMs / 2) times?.answered.push(clock - arrivedAt);
    });
  }
  const tick = (at: number): void =>
    timers.add(at, () => {
      admission.tick(clock);
      tick(at + tickMs);
    });
  for (const source of sources) arrive(source, 0);
  tick(tickMs);
  while (clock < forMs) {
    const next = timers.next();
    clock = Math.max(clock, next.at);
    next.run();
  }
  return new Map(
    [...tally].map(([key, { answered, refused }]) => [
      key,
      { answered: answered.length, refused: refused.length, p99: p99(answered), refusalP99: p99(refused) },
    ]),
  );
}

function keyOf({ tenant, lane = 'live' }: Source): string {
  return lane === 'live' ? tenant : `${tenant} ${lane}`;
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
}

/** Numbers in [0, 1), the same for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** What is due, earliest first: a binary heap. */
class Timers {
  readonly #heap: Due[] = [];

  add(at: number, run: () => void): void {
    const heap = this.#heap;
    let place = heap.push({ at, run }) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((heap[parent] as Due).at <= at) break;
      [heap[place], heap[parent]] = [heap[parent] as Due, heap[place] as Due];
      place = parent;
    }
  }

  next(): Due {
    const heap = this.#heap;
    const first = heap[0] as Due;
    const last = heap.pop() as Due;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const smaller = right < heap.length && (heap[right] as Due).at < (heap[left] as Due).at ? right : left;
      if (smaller >= heap.length || (heap[smaller] as Due).at >= (heap[place] as Due).at) return first;
      [heap[place], heap[smaller]] = [heap[smaller] as Due, heap[place] as Due];
      place = smaller;
    }
  }
}
