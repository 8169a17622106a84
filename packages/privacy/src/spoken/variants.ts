import type { Piece, Sequence } from './sequences.ts';

/** One way to take a sequence: without what was repeated by the other, or taken back. */
export interface Variant {
  readonly pieces: readonly Piece[];
  /** How unlikely, 0 being likeliest. */
  readonly rank: number;
}

const most = 24;
const mostCorrections = 2;

/** Pieces from which on a sequence is no number but a list, not worth every way to take it. */
const long = 80;

/** The ways to take a sequence, the likeliest first. */
export function variantsOf(sequence: Sequence, speakers: readonly (string | undefined)[]): Variant[] {
  const echoed = withoutEchoes(sequence, speakers);
  const starts: Variant[] =
    echoed.length < sequence.length
      ? [
          { pieces: echoed, rank: 0 },
          { pieces: sequence, rank: 1 },
        ]
      : [{ pieces: sequence, rank: 0 }];
  const corrected = starts.flatMap((variant) => corrections(variant, mostCorrections));
  return corrected.toSorted((a, b) => a.rank - b.rank).slice(0, sequence.length > long ? 2 : most);
}

/** Without the turns in which the other says again what was just said. */
function withoutEchoes(sequence: Sequence, speakers: readonly (string | undefined)[]): Piece[] {
  const kept: Piece[] = [];
  let said = '';
  for (let at = 0; at < sequence.length; ) {
    const turn = (sequence[at] as Piece).turn;
    let end = at;
    while (end < sequence.length && sequence[end]?.turn === turn) end++;
    const group = sequence.slice(at, end);
    const digits = group.map(({ readings }) => readings[0]).join('');
    const previous = kept.at(-1);
    const echo =
      previous !== undefined &&
      speakers[turn] !== speakers[previous.turn] &&
      digits.length >= 2 &&
      said.endsWith(digits);
    if (!echo) {
      kept.push(...group);
      said += digits;
    }
    at = end;
  }
  return kept;
}

/** What a correction may replace: one thing said before, as many as follow, all, part of the last, or nothing after all. */
function corrections({ pieces, rank }: Variant, left: number): Variant[] {
  const at = pieces.findIndex(({ corrects }, index) => corrects && index > 0);
  if (at === -1 || left === 0) return [{ pieces, rank }];
  const before = pieces.slice(0, at);
  const [first, ...others] = pieces.slice(at) as [Piece, ...Piece[]];
  const after = [{ ...first, corrects: false }, ...others];
  const pause = after.findIndex((piece, index) => index > 0 && piece.pause);
  const run = pause === -1 ? after.length : pause;
  const last = before.at(-1) as Piece;
  const replacing = (first.readings[0] as string).length;
  const lasting = (last.readings[0] as string).slice(0, -replacing);
  const ways: [readonly Piece[], number][] = [[before.slice(0, -1), 0]];
  if (lasting !== '') ways.unshift([[...before.slice(0, -1), { ...last, readings: [lasting] }], 0]);
  if (run > 1) ways.push([before.slice(0, -run), 0]);
  ways.push([[], 1], [before, 2]);
  return ways.flatMap(([kept, cost]) => corrections({ pieces: [...kept, ...after], rank: rank + cost }, left - 1));
}
