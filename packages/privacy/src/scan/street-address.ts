import type { Finding } from '../finding.ts';
import type { Scanner } from '../scanner.ts';
import { wordsFrom } from '../words-from.ts';

/** Addresses as far as a pattern can tell one: a number and what a street is called, in either order; and post office boxes. */
export const scanStreetAddress: Scanner = function* ({ view: { text }, runs }) {
  for (const { groups } of runs)
    for (const { digits, start, end } of groups) if (digits.length <= 5) yield* streetAt(text, start, end);
  // A number with a letter is in no run.
  for (const { 0: house, index } of text.matchAll(lettered)) yield* streetAt(text, index, index + house.length);
  yield* scanNumberedBehind(text);
  yield* scanJoined(text);
  for (const { 0: box, index } of text.matchAll(boxes)) yield addressAt(text, index, index + box.length, 0.75);
};

function* streetAt(text: string, start: number, end: number): Iterable<Finding> {
  const street = namedAfter(text, end) ?? calledAfter(text, end);
  if (street !== undefined) yield addressAt(text, start, pastUnit(text, street), 0.7);
}

const lettered = /\b\d{1,4}[A-Za-z](?= )/g;

const addressAt = (text: string, start: number, end: number, score: number): Finding => ({
  entity: 'street_address',
  start,
  end,
  score,
  normalized: text.slice(start, end).toLowerCase(),
});

const set = (words: string) => new Set(words.split(' '));

const kinds = set(
  'Street St Avenue Ave Road Rd Lane Ln Drive Dr Boulevard Blvd Court Ct Terrace Way Highway Hwy Parkway Pkwy Crescent Cres Close Mews',
);
const mostNames = 3;

/** 221 North Baker Street: one to three names in capitals, then the kind of street. Says where it ends. */
function namedAfter(text: string, end: number): number | undefined {
  const words = wordsFrom(text, end, mostNames + 2);
  for (const [index, word] of words.entries()) {
    if (!isCapital(word.text)) return undefined;
    if (index > 0 && kinds.has(word.text.replace('.', ''))) return word.end;
  }
  return undefined;
}

const frenchKinds = set('rue avenue boulevard place chemin allée impasse quai cours');
const particles = set("bis ter de du des la le les l' d' del della dei di da do dos las los");

/** 12 rue de la Paix: the kind, particles, then one to three names. */
function calledAfter(text: string, end: number): number | undefined {
  const words = wordsFrom(text, end, 4 + mostNames);
  const kind = particles.has(words[0]?.text ?? '') ? 1 : 0;
  return frenchKinds.has(words[kind]?.text ?? '') ? endOfNames(words.slice(kind + 1)) : undefined;
}

/** Where names in capitals end, behind any particles. */
function endOfNames(words: ReturnType<typeof wordsFrom>): number | undefined {
  let at = 0;
  while (at < words.length && particles.has(words[at]?.text ?? '')) at++;
  let end: number | undefined;
  for (let names = 0; names < mostNames && isCapital(words[at]?.text ?? ''); names++, at++) end = words[at]?.end;
  return end;
}

/** Calle Mayor 3, Via Roma 5: the number behind the name. */
function* scanNumberedBehind(text: string): Iterable<Finding> {
  for (const { 0: kind, index } of text.matchAll(romance)) {
    const named = endOfNames(wordsFrom(text, index + kind.length, 4 + mostNames));
    if (named === undefined) continue;
    number.lastIndex = named;
    if (number.test(text)) yield addressAt(text, index, number.lastIndex, 0.7);
  }
}

const romance = /\b(?:Via|Viale|Piazza|Corso|Calle|Avenida|Plaza|Paseo|Rua|Travessa|Rue)\b/g;
const number = /,? \d{1,5}\b/y;

/** Hauptstraße 5, Storgatan 12: found from their ends, and read backwards to the capital that they begin with. */
function* scanJoined(text: string): Iterable<Finding> {
  for (const { 0: ending, index } of text.matchAll(joined)) {
    let start = index;
    while (start > 0 && index - start < 24 && isLower(text[start - 1] as string)) start--;
    if (start > 0 && index - start > 1 && isCapital(text[start - 1] as string))
      yield addressAt(text, start - 1, index + ending.length, 0.65);
  }
}

const joined =
  /(?:straße|strasse|str\.|platz|weg|gasse|allee|gatan|vägen|vej|veien|gade|straat|laan|katu|tie) \d{1,4} ?[a-h]?\b/g;
const boxes = /\bP\.? ?O\.? ?Box \d{1,6}\b/gi;

/** Past ", Apt. 3" or " Suite 200". */
function pastUnit(text: string, end: number): number {
  const unit = units.exec(text.slice(end, end + 24));
  return end + (unit?.[0].length ?? 0);
}

const units = /^,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\.? ?[A-Za-z]?\d{0,5}[A-Za-z]?\b/i;

const isLower = (character: string) => character !== character.toUpperCase();
const isCapital = (word: string) => word !== '' && word[0] !== word[0]?.toLowerCase();
