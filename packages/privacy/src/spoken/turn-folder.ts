import type { DetectOptions } from '../finding.ts';
import { detectSpoken, type SpokenFinding } from './detect-spoken.ts';
import { sequencesOf } from './sequences.ts';
import { tokensOf } from './tokens.ts';
import { type Part, partsOf, type Turn, transcriptOf } from './turns.ts';

/** What a turn brought. */
export interface FoldedTurn {
  /** What is found now and was not before, or not as far; turns are counted from the folder's first, which is 0. */
  readonly findings: readonly SpokenFinding[];
  /** Digits at the end that are nothing yet and may become something with the next turns. Who must not let go of any, holds these. */
  readonly open: readonly Part[];
}

export interface TurnFolder {
  /** Takes the next turn of the conversation. */
  add(turn: Turn): FoldedTurn;
}

/** Turns looked at together: as many as one number may stretch over. */
const kept = 12;

/** Follows a conversation turn by turn and finds what is spoken over several of them. Holds the last turns' texts, and nothing older. */
export function createTurnFolder(options: DetectOptions = {}): TurnFolder {
  const turns: Turn[] = [];
  let dropped = 0;
  let reported: Part[] = [];
  const isReported = ({ parts }: SpokenFinding) => parts.every((part) => reported.some((one) => covers(one, part)));
  return {
    add(turn) {
      turns.push(turn);
      if (turns.length > kept) {
        turns.shift();
        dropped++;
        reported = reported.filter((part) => part.turn >= dropped);
      }
      const found = detectSpoken(turns, options).map((one) => ({ ...one, parts: counted(one.parts, dropped) }));
      const findings = found.filter((one) => !isReported(one));
      reported.push(...findings.flatMap(({ parts }) => parts));
      const open = counted(openParts(turns), dropped).filter((part) => !reported.some((one) => covers(one, part)));
      return { findings, open };
    },
  };
}

const counted = (parts: readonly Part[], dropped: number): Part[] =>
  parts.map((part) => ({ ...part, turn: part.turn + dropped }));

const covers = (outer: Part, inner: Part) =>
  outer.turn === inner.turn && outer.start <= inner.start && outer.end >= inner.end;

/** The last sequence's, when it ends in one of the last two turns. */
function openParts(turns: readonly Turn[]): Part[] {
  const transcript = transcriptOf(turns);
  const last = sequencesOf(tokensOf(transcript)).at(-1);
  const first = last?.[0];
  const end = last?.at(-1);
  if (!last || !first || !end || end.turn < turns.length - 2) return [];
  return partsOf(transcript, first.start, end.end, last);
}
