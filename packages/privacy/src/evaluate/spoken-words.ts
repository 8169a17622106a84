import type { Random } from './random.ts';

const digitNames = 'zero one two three four five six seven eight nine'.split(' ');
const teenNames = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const tensNames = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** A digit in a word. */
const sayDigit = (digit: string, random: Random): string =>
  digit === '0' && random.chance(0.6) ? 'oh' : (digitNames[Number(digit)] as string);

export const sayDigits = (digits: string, random: Random): string[] =>
  [...digits].map((digit) => sayDigit(digit, random));

/** Two digits as one number, when people would say them so. */
export function sayPair(pair: string, random: Random): string[] {
  const value = Number(pair);
  if (value < 10) return sayDigits(pair, random);
  if (value < 20) return [teenNames[value - 10] as string];
  const tens = tensNames[Math.floor(value / 10) - 2] as string;
  return value % 10 === 0 ? [tens] : [tens, digitNames[value % 10] as string];
}

/** A whole number below a million as people say it. */
export function sayNumber(value: number, random: Random): string {
  if (value >= 1000) {
    const rest = value % 1000;
    return `${sayNumber(Math.floor(value / 1000), random)} thousand${rest === 0 ? '' : ` ${sayNumber(rest, random)}`}`;
  }
  if (value >= 100) {
    const rest = value % 100;
    const joined = random.chance(0.4) ? ' and ' : ' ';
    return `${digitNames[Math.floor(value / 100)]} hundred${rest === 0 ? '' : joined + sayNumber(rest, random)}`;
  }
  return value < 10 ? (digitNames[value] as string) : sayPair(String(value), random).join(' ');
}
