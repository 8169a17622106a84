import { withoutDates } from '../checks/dates.ts';
import { type PhoneReader, phoneFacts } from '../checks/phone-number.ts';
import type { Group, NumberRun } from '../number-runs.ts';
import type { Scanned, Scanner } from '../scanner.ts';

const fewest = 7;
const most = 15;

/** From this trust on it is worth asking what a number is from abroad. */
const asked = 0.5;

/** International numbers, national ones of the given countries, and with context whatever looks like a number to dial. */
export const scanPhone: Scanner = function* (scanned) {
  const read = phoneFacts(scanned.countries);
  for (const run of scanned.runs) for (const part of partsOf(run)) yield* judge(part, scanned, read);
};

interface Part {
  readonly groups: readonly Group[];
  readonly plus: boolean;
  readonly start: number;
}

/** A run without its dates, and two numbers that stand side by side as two. */
function* partsOf(run: NumberRun): Iterable<Part> {
  for (const groups of withoutDates(run.groups)) {
    let from = 0;
    for (let to = 1; to <= groups.length; to++) {
      const first = groups[from] as Group;
      const begins = first === run.groups[0];
      const plus = begins && run.plus;
      if (to < groups.length && (plus || !beginsAnother(groups, from, to))) continue;
      yield { groups: groups.slice(from, to), plus, start: begins ? run.start : first.start };
      from = to;
    }
  }
}

/** Whether a number in the North American form begins at a group that a space sets apart from something before it. */
function beginsAnother(groups: readonly Group[], from: number, at: number): boolean {
  const a = groups[at] as Group;
  const b = groups[at + 1];
  const c = groups[at + 2];
  if (!b || !c || a.separator.trim() !== '' || b.separator.trim() === '') return false;
  const trunk = at === from + 1 && groups[from]?.digits.length === 1;
  return isNorthAmerican([a, b, c]) && !trunk;
}

const isNorthAmerican = (groups: readonly Group[]): boolean => {
  const [area, exchange, line] = groups.length === 4 && groups[0]?.digits === '1' ? groups.slice(1) : groups;
  return (
    (groups.length === 3 || groups[0]?.digits === '1') &&
    area?.digits.length === 3 &&
    area.digits >= '200' &&
    exchange?.digits.length === 3 &&
    exchange.digits >= '200' &&
    line?.digits.length === 4
  );
};

function* judge({ groups, plus, start }: Part, { view, context }: Scanned, read: PhoneReader) {
  const { text } = view;
  const digits = groups.map((group) => group.digits).join('');
  if (digits.length < fewest || digits.length > most + (plus ? 1 : 0)) return;
  const last = (groups.at(-1) as Group).end;
  if (isAmount(text, start, last, groups)) return;
  const around = context.around(start, last);
  const bonus = around.bonus('phone');
  const end = endOfExtension(text, last);
  const bracketed = text.slice(start, last).includes('(');
  let score = bonus - (around.otherwise && bonus < 0.4 ? 0.4 : 0);
  let normalized = digits;
  if (plus) {
    const valid = read(`+${fromAbroad(groups)}`);
    normalized = valid ?? `+${fromAbroad(groups)}`;
    // Numbers for examples, which nobody has, are written so too.
    score += valid ? 0.85 : digits.length >= 10 ? 0.55 : 0.4;
  } else if (isNorthAmerican(groups)) {
    normalized = `+${digits.length === 10 ? '1' : ''}${digits}`;
    score += groups.every(({ separator }) => separator === '' || separator === ' ') ? 0.5 : 0.6;
  } else {
    if (groups.length === 1 && isNoNumber(text, start, digits, bonus)) return;
    const written = groups.length > 1;
    // Asking costs more than all the rest, and without a word about phones only a trunk's zero can decide.
    const known = score === 0 && written && digits.startsWith('0') ? read(digits) : undefined;
    score += known ? 0.55 : 0.2;
  }
  if (bracketed) score += 0.1;
  if (end > last) score += 0.3;
  if (score >= asked && !normalized.startsWith('+')) normalized = read(digits) ?? digits;
  if (score > 0) yield { entity: 'phone' as const, start, end, score: Math.min(0.95, score), normalized };
}

/** The digits to dial from abroad: `(0)` after a country's code is for inside the country only. */
const fromAbroad = (groups: readonly Group[]) =>
  groups.map(({ digits }, index) => (index === 1 && digits === '0' ? '' : digits)).join('');

/** Past "x123" or " ext. 123". */
function endOfExtension(text: string, end: number): number {
  extension.lastIndex = end;
  return extension.test(text) ? extension.lastIndex : end;
}

const extension = /(?:x| ?ext\.? ?| x)\d{1,6}\b/iy;

/** Money, a share, or a decimal number. */
function isAmount(text: string, start: number, end: number, groups: readonly Group[]): boolean {
  if (currency.test(text.slice(Math.max(0, start - 2), start))) return true;
  if (text[end] === '%') return true;
  return groups.length === 2 && groups[1]?.separator === '.' && groups[1].digits.length !== 4;
}

const currency = /[$€£¥₹]/;

/** A date without marks, seconds since 1970, or an id in a URL's path. */
const isNoNumber = (text: string, start: number, digits: string, bonus: number) =>
  (isWrittenDate(digits) && bonus < 0.4) ||
  (digits.length === 10 && digits >= '14' && digits < '2') ||
  text[start - 1] === '/';

const isWrittenDate = (digits: string) =>
  digits.length === 8 &&
  (digits.startsWith('19') || digits.startsWith('20')) &&
  digits.slice(4, 6) <= '12' &&
  digits.slice(6) <= '31';
