import { indexFrom } from '../index-from.ts';

/** What one person said without the other coming in between, as a transcript has it. */
export interface Turn {
  /** Whoever says it, in whatever words the platform has; left out, one and the same person. */
  readonly speaker?: string | undefined;
  readonly text: string;
}

/** Turns as one text, a line each, so that a place in it is a place in one of them. */
export interface Transcript {
  readonly text: string;
  /** Where each turn starts in it. */
  readonly starts: readonly number[];
  readonly speakers: readonly (string | undefined)[];
}

export function transcriptOf(turns: readonly Turn[]): Transcript {
  const starts: number[] = [];
  let text = '';
  for (const [index, turn] of turns.entries()) {
    if (index > 0) text += '\n';
    starts.push(text.length);
    text += turn.text;
  }
  return { text, starts, speakers: turns.map(({ speaker }) => speaker) };
}

/** One stretch inside one turn. */
export interface Part {
  /** Counted from 0. */
  readonly turn: number;
  readonly start: number;
  readonly end: number;
}

/** A stretch of a transcript, turn by turn; in each from the first to the last of what is said of it, and none of other turns. */
export function partsOf(
  { starts }: Transcript,
  start: number,
  end: number,
  said: readonly { readonly start: number; readonly end: number }[],
): Part[] {
  const parts: Part[] = [];
  let turn =
    indexFrom(
      starts.map((from) => ({ start: from })),
      start + 1,
    ) - 1;
  for (let at = indexFrom(said, start); at < said.length && (said[at] as Part).end <= end; at++) {
    const one = said[at] as { start: number; end: number };
    while (turn + 1 < starts.length && (starts[turn + 1] as number) <= one.start) turn++;
    const from = starts[turn] as number;
    const last = parts.at(-1);
    if (last?.turn === turn) parts[parts.length - 1] = { ...last, end: one.end - from };
    else parts.push({ turn, start: one.start - from, end: one.end - from });
  }
  return parts;
}
