import { foldedOf, termOf, wordsOf } from './search-terms.ts';
import { englishGroups, foreignStopWords, translations } from './synonyms.ts';

/** A term that is looked up for a query. */
export interface QueryTerm {
  readonly term: string;
  /** What it counts, 1 for a word of the query itself. */
  readonly weight: number;
  /** Whether words like it count too: those that begin with it, or differ by a typing mistake. */
  readonly loose: boolean;
}

/** Most terms of one query that are looked up. A query has at most 400 characters. */
export const maxQueryTerms = 24;

/** What another English word for the same counts, and the second and later translations of a foreign one. */
const otherWordWeight = 0.4;
const longestPhrase = 4;
/** Shorter words are no stems: half of a language begins with them. */
const shortestStem = 3;

const phrases = new Map<string, readonly string[]>();
const stems = new Map<string, readonly string[]>();
for (const row of translations) {
  const [english, foreign] = row.split(' = ').map((words) => words.split(', ')) as [string[], string[]];
  for (const entry of foreign) {
    const [table, words] = entry.endsWith('*') ? [stems, entry.slice(0, -1)] : [phrases, entry];
    // What is in two rows, as a word of two languages, means both.
    table.set(words, [...(table.get(words) ?? []), ...english]);
  }
}
const englishWords = new Map<string, readonly string[]>();
for (const group of englishGroups.map((words) => words.split(', '))) {
  for (const word of group) {
    const term = termOf(word);
    if (term !== null) englishWords.set(term, [...(englishWords.get(term) ?? []), ...group]);
  }
}
const foreignStops = new Set(foreignStopWords.split(' '));

/**
 * What to look up for a query: its words, the English words for those of other languages, and other words for the same.
 * Cut down to the first distinct terms, so that a long query costs no more than a bounded one.
 */
export function queryTermsOf(text: string): QueryTerm[] {
  const terms = new Map<string, QueryTerm>();
  const add = (word: string, weight: number, loose: boolean) => {
    for (const part of wordsOf(word)) {
      const term = termOf(part);
      if (term !== null && weight > (terms.get(term)?.weight ?? 0)) terms.set(term, { term, weight, loose });
    }
  };
  const words = wordsOf(text).map(foldedOf);
  for (let i = 0; i < words.length && terms.size < maxQueryTerms; ) {
    const found = meaningAt(words, i);
    const word = words[i] as string;
    i += found?.length ?? 1;
    if (found !== null) {
      // The word itself stays: it may be a name, or of a document in the caller's language.
      if (found.length === 1) add(word, otherWordWeight, false);
      for (const [place, english] of found.english.entries()) add(english, place === 0 ? 1 : otherWordWeight, false);
      continue;
    }
    if (foreignStops.has(word)) continue;
    add(word, 1, true);
    for (const english of englishWords.get(termOf(word) ?? '') ?? []) add(english, otherWordWeight, false);
  }
  return [...terms.values()].slice(0, maxQueryTerms);
}

/** The longest phrase that begins at a word and has a meaning in the table. */
function meaningAt(words: readonly string[], start: number): { length: number; english: readonly string[] } | null {
  for (let length = Math.min(longestPhrase, words.length - start); length > 0; length--) {
    const english = phrases.get(words.slice(start, start + length).join(' '));
    if (english !== undefined) return { length, english };
  }
  const word = words[start] as string;
  if (englishWords.has(termOf(word) ?? '')) return null;
  for (let length = word.length; length >= shortestStem; length--) {
    const english = stems.get(word.slice(0, length));
    if (english !== undefined) return { length: 1, english };
  }
  return null;
}
