import { isDigit, isWord } from './view.ts';

/** Digits that stand together. */
export interface Group {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** What stands between the group before and this one; empty for the first. */
  readonly separator: string;
}

/** Groups of digits with little enough between them to be one number, such as `+41 (0)62 585 51 90`. */
export interface NumberRun {
  /** From its `+` or `(`, if it has one. */
  readonly start: number;
  readonly end: number;
  readonly plus: boolean;
  readonly groups: readonly Group[];
}

/**
 * Every run of groups in a text. Digits that touch a letter are part of a word and in no run; a group before or after a `:` is a
 * time, and a decimal comma ends a run.
 */
export function numberRuns(text: string): NumberRun[] {
  const runs: NumberRun[] = [];
  let groups: Group[] = [];
  const finish = () => {
    if (groups.length > 0) runs.push(runOf(text, groups));
    groups = [];
  };
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text, at)) continue;
    const start = at;
    while (at < text.length && isDigit(text, at)) at++;
    const previous = groups.at(-1);
    const separator = previous ? text.slice(previous.end, start) : '';
    if (previous && !isSeparator(separator)) finish();
    if (isPartOfWord(text, start, at) || isTime(text, start, at)) {
      finish();
      continue;
    }
    groups.push({ start, end: at, digits: text.slice(start, at), separator: groups.length > 0 ? separator : '' });
  }
  finish();
  return runs;
}

function runOf(text: string, groups: readonly Group[]): NumberRun {
  let start = (groups[0] as Group).start;
  const end = (groups.at(-1) as Group).end;
  // A bracket counts only when it closes inside the run.
  if (text[start - 1] === '(' && text.slice(start, end).includes(')')) start--;
  const plus = text[start - 1] === '+';
  return { start: plus ? start - 1 : start, end, plus, groups };
}

const isSeparator = (between: string) => between.length <= 3 && separators.test(between);

/** One mark with spaces at most, or brackets around an area code. */
const separators = /^(?: {1,2}| ?[-./] ?|[ -]?\(|\)[ -]?)$/;

/** `x` may follow, for a phone's extension. */
function isPartOfWord(text: string, start: number, end: number): boolean {
  if (start > 0 && isWord(text, start - 1)) return true;
  if (end >= text.length || !isWord(text, end)) return false;
  return !((text[end] === 'x' || text[end] === 'X') && isDigit(text, end + 1) && end - start >= 3);
}

const isTime = (text: string, start: number, end: number) =>
  end - start <= 2 &&
  ((text[end] === ':' && isDigit(text, end + 1)) || (text[start - 1] === ':' && isDigit(text, start - 2)));
