import { viewOf } from '../view.ts';
import type { Transcript } from './turns.ts';

/** A word, a run of digits, or one of the marks that are read aloud in an address. */
export interface Token {
  /** In lower case. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly turn: number;
  /** Whether a comma, a dash, the end of a sentence or of a turn is before it. */
  readonly pause: boolean;
  /** What stands between it and the token before, without spaces. */
  readonly before: string;
}

/** The tokens of a transcript. */
export function tokensOf(transcript: Transcript): Token[] {
  const { lower } = viewOf(transcript.text);
  const tokens: Token[] = [];
  let turn = 0;
  let last = 0;
  for (const { 0: word, index } of lower.matchAll(pieces)) {
    const next = lower[index + 1];
    // A full stop inside a word is read aloud; one at the end of a sentence is not.
    if (word === '.' && (last !== index || next === undefined || !inner.test(next))) continue;
    while (index >= (transcript.starts[turn + 1] ?? Number.POSITIVE_INFINITY)) turn++;
    const before = lower.slice(last, index).replace(spaces, '');
    const pause = tokens.length === 0 || before !== '' || turn !== tokens.at(-1)?.turn;
    tokens.push({ word, start: index, end: index + word.length, turn, pause, before });
    last = index + word.length;
  }
  return tokens;
}

const pieces = /\p{L}[\p{L}'’]*|\d+|[@+._]/gu;
const inner = /[\p{L}\d]/u;
const spaces = /[ \t]/g;
