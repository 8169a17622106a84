import type { Scanner } from '../scanner.ts';
import { isWord } from '../view.ts';

/** Longest local part and longest name of a host (RFC 5321, 4.5.3.1). */
const longestLocal = 64;
const longestHost = 255;

/** Addresses with a host of at least two labels whose last is letters; from each `@` outwards, so that no start is tried twice. */
export const scanEmail: Scanner = function* ({ view: { text, lower, label } }) {
  const identifies = identifying.test(label);
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < longestLocal && isLocal(text, start - 1)) start--;
    while (start < at && (text[start] === '.' || text[start] === "'")) start++;
    if (start === at || text[at - 1] === '.') continue;
    const end = endOfHost(text, at + 1);
    if (end === undefined) continue;
    // A message's or an event's id is made like an address, and nobody's.
    const made = identifies && digits.test(text.slice(start, at));
    yield { entity: 'email', start, end, score: made ? 0.4 : 0.95, normalized: lower.slice(start, end) };
  }
};

const identifying = /(?:^| )u?id$/;
/** Ten digits or more. */
const digits = /\d(?:\D{0,8}\d){9}/;

const marks = new Set("!#$%&'*+-/=?^_`{|}~.");

/** Marks that more often stand before an address than begin one. */
const leading = new Set("!#$&'*/=?^`{|}%");

function isLocal(text: string, at: number): boolean {
  if (isWord(text, at)) return true;
  const mark = text[at] as string;
  return (
    marks.has(mark) &&
    (!leading.has(mark) || (at > 0 && isWord(text, at - 1) && mark !== '=' && mark !== '/' && mark !== '?'))
  );
}

/** Where a host that begins at `start` ends, if it is one. */
function endOfHost(text: string, start: number): number | undefined {
  let at = start;
  const limit = Math.min(text.length, start + longestHost);
  while (at < limit && (isWord(text, at) || text[at] === '-' || text[at] === '.')) at++;
  while (at > start && (text[at - 1] === '.' || text[at - 1] === '-')) at--;
  const labels = text.slice(start, at).split('.');
  const last = labels.at(-1) as string;
  if (labels.length < 2 || labels.some((label) => label === '' || label.startsWith('-'))) return undefined;
  // "a@example.com.Then" ends in a sentence; what counts is that there is a top level at all.
  if (last.length < 2 || (hasDigit.test(last) && !last.startsWith('xn--'))) return undefined;
  return at;
}

const hasDigit = /\d/;
