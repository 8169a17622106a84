import type { Token } from './tokens.ts';
import { countedWords, countingWords, digitWords, pluralDigits, repeatWords, teenWords, tensWords } from './words.ts';

/** Words that say some digits, with every way to read them, the likeliest first: "forty one" is 41 or 40 and 1. */
export interface Item {
  readonly readings: readonly string[];
  /** Token indexes: from `first` up to, not including, `next`. */
  readonly first: number;
  readonly next: number;
}

/** The item that begins at a token, if one does. */
export function itemAt(tokens: readonly Token[], first: number): Item | undefined {
  const token = tokens[first] as Token;
  const item = (next: number, ...readings: string[]): Item => ({ readings, first, next });
  const following = tokens[first + 1]?.word ?? '';
  const times = repeatWords.get(token.word);
  if (times !== undefined) {
    const repeated = digitOf(following) ?? pluralDigits.get(following);
    return repeated === undefined ? undefined : item(first + 2, repeated.repeat(times));
  }
  const digit = digitOf(token.word);
  const plural = pluralDigits.get(following);
  if (digit !== undefined && plural !== undefined && !tokens[first + 1]?.pause && digit !== '0')
    return item(first + 2, plural.repeat(Number(digit)));
  if (isCount(tokens, first)) return undefined;
  if (countedWords.has(following) && !tokens[first + 1]?.pause && following !== 'more') return undefined;
  if (isNumeral(token.word)) return item(first + 1, token.word);
  if (digit !== undefined) return larger(tokens, first, digit) ?? item(first + 1, digit);
  const teen = teenWords.get(token.word);
  if (teen !== undefined) return larger(tokens, first, teen) ?? item(first + 1, teen);
  const tens = tensWords.get(token.word);
  if (tens === undefined) return undefined;
  const unit = digitOf(following);
  if (unit === undefined || unit === '0' || isNumeral(following))
    return larger(tokens, first, tens) ?? item(first + 1, tens);
  const joined = tens.slice(0, 1) + unit;
  // "one thousand" after "forty" counts from there, and so does "ones".
  if (isNoUnit(tokens[first + 2])) return item(first + 1, tens);
  return tokens[first + 1]?.pause && tokens[first + 1]?.before !== '-'
    ? item(first + 2, tens + unit, joined)
    : item(first + 2, joined, tens + unit);
}

/** "The first four?" asks for four digits and says none. */
function isCount(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  const after = tokens[at + 1];
  const token = tokens[at] as Token;
  return (
    before !== undefined &&
    !token.pause &&
    countingWords.has(before.word) &&
    (after === undefined || after.pause || !digitWords.has(after.word))
  );
}

/** A number before "hundred" or "thousand", and what may follow: "eight hundred five" is 800 and 5, or 805. */
function larger(tokens: readonly Token[], first: number, digits: string): Item | undefined {
  const scale = tokens[first + 1]?.word;
  const zeros = scale === 'hundred' ? '00' : scale === 'thousand' && digits.length <= 2 ? '000' : undefined;
  if (zeros === undefined) return undefined;
  const whole = digits + zeros;
  const and = tokens[first + 2]?.word === 'and' ? 1 : 0;
  const at = first + 2 + and;
  const rest = tokens[at] && !tokens[at]?.pause ? smallAt(tokens, at) : undefined;
  const small = rest?.readings[0];
  if (!rest || small === undefined) return { readings: [whole], first, next: first + 2 };
  const sum = whole.slice(0, whole.length - small.length) + small;
  const apart = rest.readings.map((reading) => whole + reading);
  return { readings: and ? [sum, ...apart] : [...apart, sum], first, next: rest.next };
}

/** A number below a hundred in words, unless it is itself one of hundreds or counts something. */
function smallAt(tokens: readonly Token[], at: number): Pick<Item, 'readings' | 'next'> | undefined {
  const word = tokens[at]?.word ?? '';
  const plain = digitWords.get(word) ?? teenWords.get(word);
  if (plain !== undefined) return isNoUnit(tokens[at + 1]) ? undefined : { readings: [plain], next: at + 1 };
  const tens = tensWords.get(word);
  if (tens === undefined) return undefined;
  const unit = digitWords.get(tokens[at + 1]?.word ?? '');
  if (unit !== undefined && unit !== '0' && !isNoUnit(tokens[at + 2]))
    return { readings: [tens.slice(0, 1) + unit, tens + unit], next: at + 2 };
  return isNoUnit(tokens[at + 1]) ? undefined : { readings: [tens], next: at + 1 };
}

/** Whether a word behind a digit makes the digit more than one: a scale, what it counts, or "ones". */
const isNoUnit = (after: Token | undefined) =>
  after !== undefined &&
  !after.pause &&
  (after.word === 'hundred' ||
    after.word === 'thousand' ||
    pluralDigits.has(after.word) ||
    countedWords.has(after.word));

const isNumeral = (word: string) => numeral.test(word);
const numeral = /^\d+$/;

const digitOf = (word: string) => digitWords.get(word) ?? (word.length === 1 && isNumeral(word) ? word : undefined);
