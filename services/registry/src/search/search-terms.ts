/** Words too common in requests to tell one tool from another. Verbs such as get, find and send are not among them. */
const stopWords = new Set(
  (
    'a an and any are as at be been but by can could did do does for from had has have he her hers him his how i if in into is it ' +
    'its just me might must my no not of on or our please she should so some than that the their them then there these they this ' +
    'those to too us was we were what when where which who whom whose why will with would you your'
  ).split(' '),
);

/** Letters that have no decomposition into a plain one and an accent. */
const foldings: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ı: 'i' };
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * Words and numbers of a text; `channelId`, `channel_id` and `channel-id` are all two words. Where a script writes no
 * blanks between words, a dictionary says where they end.
 */
export function wordsOf(text: string): string[] {
  const words = text
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');
  if (!unspaced.test(text)) return words;
  return words.flatMap((word) => Array.from(segmenter.segment(word), ({ segment }) => segment));
}

/** Lower case, without accents: `Café` and `cafe` are one. */
export function foldedOf(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđı]/g, (letter) => foldings[letter] as string);
}

/** The form a word is indexed and looked up in, or null when it is left out. */
export function termOf(word: string): string | null {
  const folded = foldedOf(word);
  return folded === '' || stopWords.has(folded) ? null : stemOf(folded);
}

/** What an English word has in common with its plural and its other forms: `bookings`, `booked` and `book` are one. */
function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const singular = word.endsWith('ies') && word.length > 4 ? `${word.slice(0, -3)}y` : withoutPlural(word);
  const base = singular.length > 5 ? singular.replace(/(?:ing|ed)$/, '') : singular;
  // Two equal letters are there for the ending alone: `shipped`, `cancelled`.
  const single = base === singular ? base : base.replace(/([bdglmnprt])\1$/, '$1');
  return single.length > 4 ? single.replace(/e$/, '') : single;
}

function withoutPlural(word: string): string {
  if (/(?:s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^siu]s$/.test(word) ? word.slice(0, -1) : word;
}
