import { luhn } from '../checks/luhn.ts';
import { isIssuedSsn } from '../checks/ssn.ts';
import type { Random } from './random.ts';

export type SpokenEntity = 'credit_card' | 'us_ssn' | 'phone';

/** A made-up number and the groups that people say it in. */
export interface SpokenValue {
  readonly entity: SpokenEntity;
  readonly groups: readonly string[];
}

export function madeUp(entity: SpokenEntity, random: Random): SpokenValue {
  if (entity === 'credit_card') return { entity, groups: cardGroups(random) };
  if (entity === 'us_ssn') return { entity, groups: inGroups(ssn(random), [3, 2, 4]) };
  return { entity, groups: inGroups(phone(random), [3, 3, 4]) };
}

function cardGroups(random: Random): string[] {
  if (random.chance(0.15)) return inGroups(withCheckDigit(random.pick(['34', '37']) + random.digits(12)), [4, 6, 5]);
  const first = random.pick(['4', '4', '51', '53', '55', '2230', '6011', '65']);
  return inGroups(withCheckDigit(first + random.digits(15 - first.length)), [4, 4, 4, 4]);
}

function withCheckDigit(digits: string): string {
  for (let check = 0; check < 10; check++) if (luhn(digits + check)) return digits + check;
  throw new Error('One of ten digits always fits.');
}

function ssn(random: Random): string {
  for (;;) {
    const digits = random.digits(9);
    if (isIssuedSsn(digits)) return digits;
  }
}

/** A number of North America: neither its area nor its exchange begins with 0 or 1, and neither is a service code. */
const phone = (random: Random) =>
  `${2 + random.below(8)}${random.below(9)}${random.below(10)}${2 + random.below(8)}${2 + random.below(8)}${random.below(10)}${random.digits(4)}`;

function inGroups(digits: string, lengths: readonly number[]): string[] {
  const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0));
  return ends.map((end, index) => digits.slice(ends[index - 1] ?? 0, end));
}
