/** Words too common in requests to tell one tool from another. Verbs such as get, find and send are not among them. */
const stopWords = new Set(
  (
    'a an and any are as at be been but by can could did do does for from had has have he her hers him his how i if in into is it ' +
    'its just me might must my no not of on or our please she should so some than that the their them then there these they this ' +
    'those to too us was we were what when where which who whom whose why will with would you your'
  ).split(' '),
);

/** Most terms of one query that are looked up. A query has at most 400 characters. */
export const maxQueryTerms = 24;

/** Words and numbers of a text; `channelId`, `channel_id` and `channel-id` are all two words. */
export function wordsOf(text: string): string[] {
  return text
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The form a word is indexed and looked up in, or null when it is left out: lower case, without accents. */
export function termOf(word: string): string | null {
  const term = word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return term === '' || stopWords.has(term) ? null : term;
}

/** A query cut down to the first distinct terms, so that a long one costs no more than a bounded one. */
export function queryOf(text: string): string {
  const terms = new Set<string>();
  for (const word of wordsOf(text)) {
    const term = termOf(word);
    if (term !== null) terms.add(term);
    if (terms.size === maxQueryTerms) break;
  }
  return [...terms].join(' ');
}
