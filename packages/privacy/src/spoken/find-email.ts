import type { Finding } from '../finding.ts';
import { spellingsJoined } from './spellings-joined.ts';
import type { Token } from './tokens.ts';
import { digitWords, fillers, letterWords, repeatWords, teenWords, tensWords } from './words.ts';

const marks: ReadonlyMap<string, string> = new Map(
  Object.entries({
    dot: '.',
    period: '.',
    point: '.',
    '.': '.',
    underscore: '_',
    _: '_',
    dash: '-',
    hyphen: '-',
    minus: '-',
    plus: '+',
    '+': '+',
  }),
);

const isDot = (token: Token | undefined) => token !== undefined && marks.get(token.word) === '.';
const isAt = (token: Token | undefined) => token?.word === 'at' || token?.word === '@' || token?.word === 'arroba';

/** Words before "at" that make it no address: "look at example dot com". */
const verbs = new Set(
  'look looking shop us me online available find found go going buy website site page visit see read more them him her you here there works working work employed live stay located hosted'.split(
    ' ',
  ),
);

/** Behind these an address begins. */
const cues = new Set("is it's its email mail e-mail address to that's as be".split(' '));

const mostPieces = 40;

/** Addresses that are read aloud: "jay dot doe at example dot com", letter by letter too. */
export function* findSpokenEmail(said: readonly Token[]): Iterable<Finding> {
  const tokens = spellingsJoined(said);
  for (const [at, token] of tokens.entries()) {
    if (!isAt(token)) continue;
    const host = hostFrom(tokens, at + 1);
    if (!host) continue;
    const first = localFrom(tokens, at);
    if (first === undefined) continue;
    const local = spell(tokens.slice(first, at));
    const start = (tokens[first] as Token).start;
    const end = (tokens[host.next - 1] as Token).end;
    yield { entity: 'email', start, end, score: 0.85, normalized: `${local}@${host.name}` };
  }
}

/** Labels with dots between them, the last of them two letters or more. */
function hostFrom(
  tokens: readonly Token[],
  from: number,
): { readonly name: string; readonly next: number } | undefined {
  let at = from;
  let labels = 0;
  let next: number | undefined;
  let label = from;
  while (at < tokens.length && at - from < mostPieces) {
    const token = tokens[at] as Token;
    if (isDot(token)) {
      if (at === label) break;
      labels++;
      label = at + 1;
    } else if (labels > 0 && at === label && topLevel.test(token.word)) {
      next = at + 1;
      if (!isDot(tokens[next])) break;
    } else if (labels > 0 && next !== undefined) break;
    else if (at - label >= 12 || (!isSpelt(token) && at - label >= 3)) break;
    at++;
  }
  return next === undefined ? undefined : { name: spell(tokens.slice(from, next)), next };
}

const topLevel = /^\p{L}{2,12}$/u;

const isSpelt = ({ word }: Token) =>
  word.length === 1 ||
  letterWords.has(word) ||
  digitWords.has(word) ||
  teenWords.has(word) ||
  tensWords.has(word) ||
  repeatWords.has(word) ||
  marks.has(word) ||
  /^\d/.test(word);

const isCounted = ({ word }: Token) =>
  word !== 'o' && (digitWords.has(word) || teenWords.has(word) || tensWords.has(word) || /^\d/.test(word));

/** Where the part before "at" begins, if there is one. */
function localFrom(tokens: readonly Token[], at: number): number | undefined {
  let first = at;
  while (first > 0 && at - first < mostPieces) {
    const token = tokens[first - 1] as Token;
    const connected = first === at || marks.has((tokens[first] as Token).word);
    if (cues.has(token.word) && !connected) break;
    // "smith nineteen": a name may have a number behind it.
    const named = isCounted(tokens[first] as Token) && !fillers.has(token.word);
    if (marks.has(token.word) || connected || named || (isSpelt(token) && isSpelt(tokens[first] as Token))) first--;
    else if (fillers.has(token.word) && first - 2 >= 0 && isSpelt(tokens[first - 2] as Token)) first--;
    else break;
  }
  while (first < at && marks.has((tokens[first] as Token).word)) first++;
  if (first === at) return undefined;
  if (at - first === 1 && verbs.has((tokens[first] as Token).word)) return undefined;
  return at - first > 1 ? first : cueWithin(tokens, first);
}

/** A word or two more, when what stands before them says that an address begins: "it's john smith at". */
function cueWithin(tokens: readonly Token[], first: number): number {
  for (let back = 1; back <= 3 && first - back > 0; back++)
    if (cues.has((tokens[first - back - 1] as Token).word))
      return tokens[first - back]?.turn === tokens[first]?.turn ? first - back : first;
  return first;
}

/** The characters that some tokens stand for. */
function spell(tokens: readonly Token[]): string {
  let spelt = '';
  const run = tokens.filter((token) => isSpelt(token)).length === tokens.length && tokens.length > 1;
  for (let at = 0; at < tokens.length; at++) {
    const { word } = tokens[at] as Token;
    const repeated = repeatWords.get(word);
    const next = tokens[at + 1]?.word ?? '';
    if (repeated !== undefined && next !== '') {
      spelt += (next === 'o' ? 'o' : (digitWords.get(next) ?? letterWords.get(next) ?? next)).repeat(repeated);
      at++;
    } else if (fillers.has(word) && !marks.has(word)) continue;
    else
      spelt +=
        marks.get(word) ??
        (word === 'o' ? 'o' : digitWords.get(word)) ??
        teenWords.get(word) ??
        tensWords.get(word) ??
        letterIn(word, run);
  }
  return spelt;
}

/** "bravo" is a letter among letters, and a name elsewhere; "jay" is one of three letters only by itself. */
const letterIn = (word: string, run: boolean) => (run ? (letterWords.get(word) ?? word) : word);
