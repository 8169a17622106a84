import { isCardRange } from '../checks/card-networks.ts';
import { luhn } from '../checks/luhn.ts';
import type { Surroundings } from '../context.ts';
import type { Group } from '../number-runs.ts';
import type { Scanner } from '../scanner.ts';

const shortest = 12;
const longest = 19;

/** How cards are printed. */
const printed = new Set(['4,4,4,4', '4,6,5', '4,6,4', '4,4,4,4,3', '4,4,4', '4,4,5', '4,4,4,1', '6,13', '8,8']);

/** Card numbers of 12 to 19 digits, whole or in printed groups; a broken check digit or an unknown range wants context. */
export const scanCreditCard: Scanner = function* ({ context, runs }) {
  for (const { groups, plus } of runs) {
    if (plus) continue;
    for (let from = 0; from < groups.length; ) {
      const found = cardFrom(groups, from);
      if (!found) {
        from++;
        continue;
      }
      const { count, digits } = found;
      const start = (groups[from] as Group).start;
      const end = (groups[from + count - 1] as Group).end;
      const around = context.around(start, end);
      const bonus = around.bonus('card');
      const score = trust(found) + bonus - (bonus > 0 ? 0 : against(around));
      if (score > 0) yield { entity: 'credit_card', start, end, score: Math.min(1, score), normalized: digits };
      // A card may begin inside what only adds up by chance.
      from += found.asPrinted ? count : 1;
    }
  }
};

/** An order that is paid by card is no reason to let the card go; a field for ids is. */
const against = ({ identified, otherwise }: Surroundings) => (identified ? 0.3 : otherwise ? 0.2 : 0);

interface Found {
  readonly count: number;
  readonly digits: string;
  /** Whether the groups are those of a card, or of single digits and nothing else. */
  readonly asPrinted: boolean;
}

/** The most groups from `from` on that are a card, a right check digit before a wrong one. */
function cardFrom(groups: readonly Group[], from: number): Found | undefined {
  let digits = '';
  let likely: Found | undefined;
  let whole: Found | undefined;
  const separator = groups[from + 1]?.separator;
  for (let count = 1; from + count <= groups.length; count++) {
    const group = groups[from + count - 1] as Group;
    if (count > 1 && (group.separator !== separator || (separator !== ' ' && separator !== '-'))) break;
    digits += group.digits;
    if (digits.length > longest) break;
    if (digits.length < shortest) continue;
    const asPrinted =
      count === 1 || isPrinted(groups, from, count) || (digits.length === count && count === groups.length);
    if (isCardRange(digits) && luhn(digits)) likely = { count, digits, asPrinted };
    else if (asPrinted) whole = { count, digits, asPrinted };
  }
  return likely ?? whole;
}

const mostPrinted = 5;

const isPrinted = (groups: readonly Group[], from: number, count: number) =>
  count <= mostPrinted &&
  printed.has(
    groups
      .slice(from, from + count)
      .map((one) => one.digits.length)
      .join(','),
  );

/** What the digits alone are worth. A row of numbers, short ranges and unusual lengths are met by chance too often to stand without context. */
function trust({ digits, count, asPrinted }: Found): number {
  const usual = digits.length >= 14 && !digits.startsWith('1') && (digits.length > 14 || digits.startsWith('3'));
  if (isCardRange(digits)) {
    if (luhn(digits)) return asPrinted ? (usual ? 0.75 : count > 1 ? 0.6 : 0.45) : 0.3;
    return 0.2;
  }
  return luhn(digits) ? 0.2 : 0.1;
}
