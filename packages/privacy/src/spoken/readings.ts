import type { Piece } from './sequences.ts';

/** Digits that a stretch of pieces may stand for. */
export interface Reading {
  readonly digits: string;
  /** Pieces it takes: from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  /** Pieces read in another way than the likeliest. */
  readonly unlikely: number;
}

/** No number that we look for has more. */
const mostDigits = 19;

/** Readings tried of a sequence from its beginning, over all ways to take it; what is said in earnest has a few hundred. */
export const mostReadings = 2_000;

/**
 * Readings of every stretch: from the first two pieces on with every way to read a piece, as far as the budget goes, and from later
 * ones with the likeliest alone.
 */
export function* readingsOf(pieces: readonly Piece[], budget = { left: mostReadings }): Iterable<Reading> {
  for (let from = 0; from < pieces.length; from++) {
    const everyWay = from <= 1;
    const open: Reading[] = [{ digits: '', from, to: from, unlikely: 0 }];
    for (let reading = open.pop(); reading !== undefined; reading = open.pop()) {
      if (reading.to > from) yield reading;
      const piece = pieces[reading.to];
      if (!piece) continue;
      if (everyWay) budget.left--;
      const ways = everyWay && budget.left > 0 ? piece.readings : piece.readings.slice(0, 1);
      for (let way = ways.length - 1; way >= 0; way--) {
        const digits = reading.digits + ways[way];
        if (digits.length <= mostDigits)
          open.push({ digits, from, to: reading.to + 1, unlikely: reading.unlikely + (way > 0 ? 1 : 0) });
      }
    }
  }
}
