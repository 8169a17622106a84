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
  { text, starts }: Transcript,
  start: number,
  end: number,
  said: readonly { readonly start: number; readonly end: number }[],
): Part[] {
  const parts: Part[] = [];
  for (const [turn, from] of starts.entries()) {
    const to = starts[turn + 1] ?? text.length + 1;
    const own = said.filter((one) => one.start >= Math.max(start, from) && one.end <= Math.min(end, to));
    const [first] = own;
    const last = own.at(-1);
    if (first && last) parts.push({ turn, start: first.start - from, end: last.end - from });
  }
  return parts;
}
