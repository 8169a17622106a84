import type { Scanner } from '../scanner.ts';

/** Longest part between `://` and `@` that is looked at. */
const longest = 512;

/** What stands before the `@` of a URL, if there is a password in it. */
export const scanUrlCredentials: Scanner = function* ({ view: { text } }) {
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const start = at + 3;
    const authority = text.slice(start, untilEnd(text, start));
    const end = authority.lastIndexOf('@');
    const colon = authority.indexOf(':');
    if (colon !== -1 && colon < end - 1) yield { entity: 'url_credentials', start, end: start + end, score: 0.98 };
  }
};

/** Where the authority ends: at a slash, a question mark, a hash, a space or a quotation mark. */
function untilEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && at - start < longest && !ends.has(text[at] as string)) at++;
  return at;
}

const ends = new Set('/?# \t\n\r"\'<>`');
