import { hasIbanCheck, ibanLengths } from '../checks/iban.ts';
import type { Scanner } from '../scanner.ts';
import { isDigit, isWord } from '../view.ts';

/** Account numbers of a country's length, whole or with single spaces or dashes; with wrong check digits they want context. */
export const scanIban: Scanner = function* ({ view: { text }, context }) {
  for (let at = 2; at < text.length - 1; at++) {
    // From the check digits backwards: two digits together are rarer than two letters.
    if (!isDigit(text, at) || !isDigit(text, at + 1)) continue;
    const gap = text[at - 1] === ' ' ? 1 : 0;
    if (!isLetter(text, at - 1 - gap) || !isLetter(text, at - 2 - gap)) continue;
    const start = at - 2 - gap;
    const country = text.slice(start, start + 2).toUpperCase();
    const length = ibanLengths.get(country);
    if (length === undefined || (start > 0 && isWord(text, start - 1))) continue;
    const read = readIban(text, at, length);
    if (!read) continue;
    const iban = country + read.rest;
    const score = (hasIbanCheck(iban) ? 0.9 : gap ? 0.1 : 0.25) + context.around(start, read.end).bonus('iban');
    yield { entity: 'iban', start, end: read.end, score: Math.min(1, score), normalized: iban };
    at = read.end;
  }
};

/** What follows the country, up to its length, and where that ends. */
function readIban(
  text: string,
  from: number,
  length: number,
): { readonly rest: string; readonly end: number } | undefined {
  let rest = '';
  let at = from;
  while (rest.length < length - 2) {
    const code = text.charCodeAt(at);
    if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) rest += text[at];
    else if ((code !== 32 && code !== 45) || !isWord(text, at + 1) || rest.length < 2) return undefined;
    at++;
  }
  return at < text.length && isWord(text, at) ? undefined : { rest: rest.toUpperCase(), end: at };
}

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at) | 32;
  return code >= 97 && code <= 122;
}
