import type { Token } from './tokens.ts';
import { letterWords } from './words.ts';

/** Tokens in which "b as in bravo", "b for bob", "b like bravo" and "b bravo" are the one letter that they spell. */
export function spellingsJoined(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const length = spellingAt(tokens, at);
    joined.push(length === 1 ? token : { ...token, end: (tokens[at + length - 1] as Token).end });
    at += length - 1;
  }
  return joined;
}

/** Tokens of a spelling that begins here; one when none does. */
function spellingAt(tokens: readonly Token[], at: number): number {
  const [letter, b, c, d] = tokens.slice(at, at + 4).map(({ word }) => word);
  if (letter === undefined || !single.test(letter)) return 1;
  if (b === 'as' && c === 'in' && d?.startsWith(letter)) return 4;
  if ((b === 'for' || b === 'like' || b === 'as') && c?.startsWith(letter) && c.length > 1) return 3;
  return b !== undefined && b.length > 3 && letterWords.get(b) === letter ? 2 : 1;
}

const single = /^\p{L}$/u;
