import { isCardRange } from '../checks/card-networks.ts';
import { luhn } from '../checks/luhn.ts';
import { type PhoneReader, phoneFacts } from '../checks/phone-number.ts';
import { isIssuedSsn, isItin } from '../checks/ssn.ts';
import type { Context, Surroundings } from '../context.ts';
import type { Finding } from '../finding.ts';
import { mostReadings, type Reading, readingsOf } from './readings.ts';
import type { Piece, Sequence } from './sequences.ts';
import { variantsOf } from './variants.ts';

/** Characters before a spoken number in which words are about it: a question and an answer or two. */
const before = 200;

/** Cards, social security and phone numbers that a sequence may be. */
export function* findNumbers(
  sequence: Sequence,
  context: Context,
  speakers: readonly (string | undefined)[],
  countries: readonly string[],
): Iterable<Finding> {
  const start = (sequence[0] as Piece).start;
  const end = (sequence.at(-1) as Piece).end;
  const around = context.around(start, end, before);
  const read = phoneFacts(countries);
  const corrected = sequence.some(({ corrects }) => corrects);
  // Of each kind the best at each place: somebody may read two numbers in a row.
  const best = new Map<string, Finding>();
  const budget = { left: mostReadings };
  for (const { pieces, rank } of variantsOf(sequence, speakers)) {
    const ends = digitsUpTo(pieces);
    for (const reading of readingsOf(pieces, budget)) {
      // After a correction what is left out is what was wrong, or right: it never stands beside the number.
      const left = leftOver(reading, ends) * (corrected ? 9 : 1);
      const rest = (ends.at(-1) as number) - (ends[reading.to] as number);
      for (const { entity, score, normalized } of judge(reading, { pieces, left, rest }, around, read)) {
        const trust = score - Math.min(0.12, 0.03 * (reading.unlikely + rank));
        const from = reading.from === 0 ? start : (pieces[reading.from] as Piece).start;
        const place = `${entity} ${from}`;
        if (trust <= (best.get(place)?.score ?? 0)) continue;
        // What was taken back, or said again, is no less personal: it is hidden with the rest.
        const to = reading.to === pieces.length ? end : (pieces[reading.to - 1] as Piece).end;
        best.set(place, { entity, start: from, end: to, score: Math.min(1, trust), normalized });
      }
    }
  }
  yield* best.values();
}

type Judged = Required<Pick<Finding, 'entity' | 'score' | 'normalized'>>;

/** What a reading is part of, and how many digits it leaves out: of all, and behind it. */
interface Whole {
  readonly pieces: readonly Piece[];
  readonly left: number;
  readonly rest: number;
}

function* judge(
  reading: Reading,
  { pieces, left, rest }: Whole,
  around: Surroundings,
  read: PhoneReader,
): Iterable<Judged> {
  const { digits } = reading;
  const whole = left === 0;
  if (digits.length >= 12) {
    const score = cardScore(reading, whole, rest, around);
    if (score > 0) yield { entity: 'credit_card', score, normalized: digits };
  }
  if (digits.length === 9) {
    const entity = isIssuedSsn(digits) ? 'us_ssn' : isItin(digits) ? 'us_itin' : undefined;
    const grouped = isGrouped(reading, pieces, [3, 2, 4]);
    const score = (grouped ? 0.45 : 0.15) + around.bonus('ssn') + unused(left) - (around.otherwise ? 0.3 : 0);
    if (entity && score > 0) yield { entity, score: score + (whole ? 0.1 : 0), normalized: digits };
  }
  if (digits.length >= 7 && digits.length <= 13 && reading.unlikely <= 2) {
    const score = phoneScore(reading, left, around, read);
    if (score.trust > 0) yield { entity: 'phone', score: score.trust, normalized: score.normalized };
  }
}

/** A card stands alone, or before what may be its expiry and security code. */
function cardScore({ digits, from, unlikely }: Reading, whole: boolean, rest: number, around: Surroundings): number {
  const bonus = around.bonus('card');
  if (!isCardRange(digits)) return 0;
  if (!luhn(digits)) return whole && unlikely === 0 && bonus > 0 && digits.length >= 13 ? 0.15 + bonus : 0;
  const inContext = (alone: number) => alone + bonus - (around.otherwise && bonus < 0.4 ? 0.4 : 0);
  const usual = digits.length === 16 || (digits.length === 15 && digits.startsWith('3'));
  if (!whole && !usual) return 0;
  if (whole) return inContext(usual ? 0.7 : 0.3);
  // Of two that are read in a row, one begins where all begins, and one ends where all ends.
  return inContext(from === 0 ? (rest <= 8 ? 0.5 : 0.3) : rest === 0 ? 0.25 : 0.2);
}

function phoneScore(
  { digits }: Reading,
  left: number,
  around: Surroundings,
  read: PhoneReader,
): { readonly trust: number; readonly normalized: string } {
  const bonus = around.bonus('phone');
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  const american = national.length === 10 && national >= '2' && (national[3] as string) >= '2';
  const against = (around.otherwise && bonus < 0.4 ? 0.4 : 0) - unused(left);
  if (american) return { trust: 0.5 + bonus - against, normalized: `+1${national}` };
  const base = 0.15 + bonus - against;
  if (digits.length === 7) return { trust: base - 0.05, normalized: digits };
  if (left > 0 || digits.length < 9) return { trust: base - 0.1, normalized: digits };
  // Asking costs more than all the rest, and without a word about phones only a trunk's zero can decide.
  if (bonus === 0 && !digits.startsWith('0')) return { trust: base, normalized: digits };
  const known = read(digits) ?? (digits.length >= 10 ? read(`+${digits}`) : undefined);
  const trunk = known !== undefined && digits.startsWith('0');
  return { trust: base + (trunk ? 0.35 : known ? 0.15 : 0), normalized: known ?? digits };
}

/** For each piece, and for the end, how many digits the likeliest readings have before it. */
function digitsUpTo(pieces: readonly Piece[]): number[] {
  const ends = [0];
  for (const { readings } of pieces) ends.push((ends.at(-1) as number) + (readings[0] as string).length);
  return ends;
}

/** How many digits of the whole a reading leaves out. */
const leftOver = ({ from, to }: Reading, ends: readonly number[]) =>
  (ends.at(-1) as number) - ((ends[to] as number) - (ends[from] as number));

/** What digits left out cost: one or two may have been no part of it, such as that of "one moment". */
const unused = (left: number) => (left === 0 ? 0 : left <= 2 ? -0.1 : -0.3);

/** Whether pauses cut a reading into groups of these lengths. */
function isGrouped({ from, to }: Reading, pieces: readonly Piece[], lengths: readonly number[]): boolean {
  const groups: number[] = [];
  for (let at = from; at < to; at++) {
    const { pause, readings } = pieces[at] as Piece;
    if (pause || groups.length === 0) groups.push(0);
    groups[groups.length - 1] = (groups.at(-1) as number) + (readings[0] as string).length;
  }
  return groups.join() === lengths.join();
}
