import { isTopicWord } from '../context.ts';
import { type Item, itemAt } from './number-items.ts';
import type { Token } from './tokens.ts';
import { acknowledgements, aroundCorrections, corrections, fillers, ordinals, unitWords } from './words.ts';

/** An item in its place among others that belong to the same number. */
export interface Piece {
  readonly readings: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly turn: number;
  /** Whether something sets it apart from the piece before. */
  readonly pause: boolean;
  /** Whether somebody took back something before it. */
  readonly corrects: boolean;
}

/** Pieces that may be one number: nothing but fillers, acknowledgements and corrections between them. */
export type Sequence = readonly Piece[];

/** Turns that one number may stretch over, those in which nobody says a digit among them. */
const mostTurns = 12;
const mostBetween = 6;
const mostInTurnBetween = 8;

/** Words between two digits of one number, over all turns. */
const mostWordsBetween = 100;

/** Every sequence of three digits or more. Amounts, times, shares and ordinals are in none. */
export function sequencesOf(tokens: readonly Token[]): Sequence[] {
  const sequences: Sequence[] = [];
  let pieces: Piece[] = [];
  let next = 0;
  const finish = () => {
    if (pieces.reduce((sum, { readings }) => sum + (readings[0] as string).length, 0) >= 3) sequences.push(pieces);
    pieces = [];
  };
  for (let at = 0; at < tokens.length; ) {
    const item = itemAt(tokens, at);
    if (!item) {
      at++;
      continue;
    }
    const gap = pieces.length === 0 ? undefined : gapBetween(tokens, next, at);
    if (gap === undefined || (tokens[at] as Token).turn - (pieces[0] as Piece).turn >= mostTurns) finish();
    if (isAmount(tokens, item)) finish();
    else pieces.push(pieceOf(tokens, item, gap ?? { pause: true, corrects: false }));
    at = item.next;
    next = item.next;
  }
  finish();
  return sequences;
}

type Gap = Pick<Piece, 'pause' | 'corrects'>;

const pieceOf = (tokens: readonly Token[], { readings, first, next }: Item, gap: Gap): Piece => ({
  readings,
  start: (tokens[first] as Token).start,
  end: (tokens[next - 1] as Token).end,
  turn: (tokens[first] as Token).turn,
  ...gap,
});

/** How two items hang together, if they do. */
function gapBetween(tokens: readonly Token[], from: number, to: number): Gap | undefined {
  const last = tokens[from - 1] as Token;
  const token = tokens[to] as Token;
  if (token.turn - last.turn >= mostTurns || to - from > mostWordsBetween) return undefined;
  const between = tokens.slice(from, to);
  const corrects = between.some(({ word }) => corrections.has(word));
  if (noNumber.test(token.before) && between.length === 0) return undefined;
  const allowed =
    last.turn === token.turn
      ? between.length <= mostBetween && between.every(({ word }) => isBetween(word, corrects))
      : turnsAllow(between, last.turn, token.turn, corrects);
  return allowed ? { pause: token.pause || between.length > 0, corrects } : undefined;
}

/** `9:30` and `3/4` are no digits of one number, and neither is what follows a currency's sign. */
const noNumber = /[:/$€£¥₹#%]/;

const isBetween = (word: string, corrects: boolean) =>
  fillers.has(word) || (corrects && (corrections.has(word) || aroundCorrections.has(word)));

/** Between digits of different turns there may be a few more words, as long as they are about nothing else. */
function turnsAllow(between: readonly Token[], from: number, to: number, corrects: boolean): boolean {
  for (let turn = from; turn <= to; turn++) {
    const said = between.filter((token) => token.turn === turn);
    const meaning = said.filter(({ word }) => !isBetween(word, corrects) && !acknowledgements.has(word));
    if (meaning.some(({ word }) => isTopicWord(word))) return false;
    if (meaning.length > (turn === from || turn === to ? 2 : mostInTurnBetween)) return false;
    if (said.length > 2 * mostInTurnBetween) return false;
  }
  return true;
}

/** Whether what stands around an item makes it an amount, a time, a share or an ordinal. */
function isAmount(tokens: readonly Token[], { first, next }: Item): boolean {
  const before = (tokens[first] as Token).before;
  if (money.test(before)) return true;
  const after = tokens[next];
  if (!after) return false;
  if (after.before === '' && (unitWords.has(after.word) || ordinals.has(after.word))) return true;
  return time.test(after.before) && /^\d/.test(after.word);
}

const money = /[$€£¥₹]$/;
const time = /^[:]$/;
