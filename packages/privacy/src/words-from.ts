/** Longest word that a name of a street has. */
const longest = 24;

/** Up to so many words with one space before each, from an offset on. A full stop after a word belongs to it. */
export function wordsFrom(text: string, from: number, most: number): { readonly text: string; readonly end: number }[] {
  const words: { text: string; end: number }[] = [];
  for (let at = from; words.length < most && text[at] === ' '; ) {
    const start = at + 1;
    let end = start;
    while (end < text.length && end - start < longest && isNameCharacter(text.charCodeAt(end))) end++;
    if (end === start) break;
    words.push({ text: text.slice(start, end), end });
    at = end;
  }
  return words;
}

/** Letters, and what stands inside names: an apostrophe, a hyphen, a full stop. */
const isNameCharacter = (code: number) =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  code >= 0xc0 ||
  code === 39 ||
  code === 45 ||
  code === 46;
