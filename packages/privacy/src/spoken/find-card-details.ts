import type { Finding } from '../finding.ts';
import { indexFrom } from '../index-from.ts';
import type { Piece, Sequence } from './sequences.ts';
import type { Token } from './tokens.ts';

/** Tokens after a card within which its expiry and code are said, and words before a number that say which it is. */
const reach = 60;
const cueReach = 6;

const codeCues = new Set(['cvv', 'cvc', 'cvv2', 'csc', 'security', 'code', 'back', 'digits']);
const expiryCues = new Set([
  'expires',
  'expire',
  'expiry',
  'expiration',
  'expiring',
  'exp',
  'valid',
  'thru',
  'good',
  'date',
]);

/**
 * Expiry and security code: of a card that was said before, by their cues or by their place right behind it; and a code without a
 * card by "cvv" or "security code" alone.
 */
export function* findCardDetails(
  tokens: readonly Token[],
  sequences: readonly Sequence[],
  cards: readonly Finding[],
): Iterable<Finding> {
  for (const sequence of sequences) {
    let pieces = sequence;
    const next = indexFrom(cards, (pieces[0] as Piece).start);
    const own =
      (cards[next]?.end ?? Number.POSITIVE_INFINITY) <= (pieces.at(-1) as Piece).end ? cards[next] : undefined;
    // What stands between two cards is the first one's.
    const following = cards[next + 1]?.start ?? Number.POSITIVE_INFINITY;
    if (own) pieces = pieces.filter(({ start }) => start >= own.end && start < following);
    if (pieces.length === 0) continue;
    const card = own ?? cards[next - 1];
    const cues = cuesBefore(tokens, (pieces[0] as Piece).start);
    const near = card !== undefined && tokensBetween(tokens, card.end, (pieces[0] as Piece).start) <= reach;
    yield* details(pieces, near, cues, own !== undefined);
  }
}

function* details(
  pieces: readonly Piece[],
  near: boolean,
  cues: ReadonlySet<string>,
  joined: boolean,
): Iterable<Finding> {
  const says = (listed: ReadonlySet<string>) => [...cues].some((cue) => listed.has(cue));
  const code =
    cues.has('cvv') ||
    cues.has('cvc') ||
    cues.has('cvv2') ||
    cues.has('csc') ||
    (cues.has('security') && cues.has('code'));
  const expiry = near && (says(expiryCues) || joined) ? takeExpiry(pieces) : 0;
  if (expiry > 0) yield findingOf('card_expiry', pieces.slice(0, expiry));
  const rest = pieces.slice(expiry);
  if (rest.length === 0) return;
  const { length } = digitsOf(rest);
  if ((length === 3 || length === 4) && (code || (near && (says(codeCues) || joined || expiry > 0))))
    yield findingOf('card_security_code', rest);
}

const digitsOf = (pieces: readonly Piece[]) => pieces.map(({ readings }) => readings[0]).join('');

const findingOf = (entity: 'card_expiry' | 'card_security_code', pieces: readonly Piece[]): Finding => ({
  entity,
  start: (pieces[0] as Piece).start,
  end: (pieces.at(-1) as Piece).end,
  score: 0.8,
  normalized: digitsOf(pieces),
});

/** How many pieces make a month and a year, of two digits or four. */
function takeExpiry(pieces: readonly Piece[]): number {
  for (let count = 1; count <= pieces.length; count++) {
    const digits = digitsOf(pieces.slice(0, count));
    if (digits.length > 6) return 0;
    const year = digits.length <= 4 ? digits.slice(-2) : digits.slice(-4);
    const month = digits.slice(0, digits.length - year.length);
    const future = year.length === 2 ? year >= '20' && year <= '59' : year >= '2020' && year <= '2059';
    if (
      month.length >= 1 &&
      Number(month) >= 1 &&
      Number(month) <= 12 &&
      future &&
      !fullYearFollows(pieces, count, digits)
    )
      return count;
  }
  return 0;
}

/** "oh four twenty twenty nine": the first twenty is not yet the year. */
const fullYearFollows = (pieces: readonly Piece[], count: number, digits: string) =>
  digits.endsWith('20') && digits.length <= 4 && pieces[count]?.readings[0]?.length === 2;

function cuesBefore(tokens: readonly Token[], start: number): ReadonlySet<string> {
  const at = indexFrom(tokens, start);
  return new Set(tokens.slice(Math.max(0, at - cueReach), at).map(({ word }) => word));
}

const tokensBetween = (tokens: readonly Token[], from: number, to: number) =>
  indexFrom(tokens, to) - indexFrom(tokens, from);
