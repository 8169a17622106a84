import type { Group } from '../number-runs.ts';

/** A run's groups without the dates among them, in as many pieces as that leaves. */
export function withoutDates(groups: readonly Group[]): Group[][] {
  const pieces: Group[][] = [];
  let piece: Group[] = [];
  for (let index = 0; index < groups.length; index++) {
    if (isDateAt(groups, index)) {
      if (piece.length > 0) pieces.push(piece);
      piece = [];
      index += 2;
    } else piece.push(groups[index] as Group);
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

/** Whether three groups with the same mark between them, and no fourth behind it, are a day, a month and a year in some order. */
function isDateAt(groups: readonly Group[], index: number): boolean {
  const [a, b, c] = groups.slice(index, index + 3);
  if (!a || !b || !c || b.separator !== c.separator || !marks.has(b.separator)) return false;
  if (groups[index + 3]?.separator === b.separator) return false;
  if (index > 0 && groups[index]?.separator === b.separator) return false;
  const [first, second, third] = [a.digits, b.digits, c.digits];
  if (first.length === 4) return isYear(first) && isMonthAndDay(second, third);
  if (third.length !== 4 && third.length !== 2) return false;
  if (third.length === 4 && !isYear(third)) return false;
  return isMonthAndDay(first, second) || isMonthAndDay(second, first);
}

const marks = new Set(['-', '/', '.']);

const isYear = (digits: string) => digits >= '1850' && digits <= '2150';

const isMonthAndDay = (month: string, day: string) =>
  month.length <= 2 &&
  day.length <= 2 &&
  Number(month) >= 1 &&
  Number(month) <= 12 &&
  Number(day) >= 1 &&
  Number(day) <= 31;
