import { readingsOf } from './readings.ts';
import { sequencesOf } from './sequences.ts';
import { tokensOf } from './tokens.ts';
import { type Turn, transcriptOf } from './turns.ts';
import { variantsOf } from './variants.ts';

/** Every way to write the digits of the longest number said in some turns, the likeliest first. */
export function foldDigits(turns: readonly Turn[]): string[] {
  const transcript = transcriptOf(turns);
  const longest = sequencesOf(tokensOf(transcript)).reduce((a, b) => (b.length > a.length ? b : a), []);
  const ways = variantsOf(longest, transcript.speakers).flatMap(({ pieces, rank }) =>
    [...readingsOf(pieces)]
      .filter(({ from, to }) => from === 0 && to === pieces.length)
      .map(({ digits, unlikely }) => ({ digits, unlikely: unlikely + rank })),
  );
  return [...new Set(ways.toSorted((a, b) => a.unlikely - b.unlikely).map(({ digits }) => digits))];
}
