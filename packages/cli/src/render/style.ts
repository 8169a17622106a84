import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';

/** Colours by meaning. Without colour each returns its text as it is. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly name: (text: string) => string;
}

export function createStyle(color: boolean): Style {
  const colors = pc.createColors(color);
  return {
    good: colors.green,
    bad: colors.red,
    warn: colors.yellow,
    quiet: colors.dim,
    strong: colors.bold,
    name: colors.cyan,
  };
}

/** Columns that a text takes. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/**
 * Text from elsewhere, such as a tool's description or an upstream's answer, without the control characters by which it
 * could move the cursor or rewrite what stands on the screen. Line ends and tabs stay.
 */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u00b7');
}

/** On one line and at most `width` columns. */
export function oneLine(text: string, width: number): string {
  const line = visible(text).replace(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1)).trimEnd()}…`;
}

/** The colour of an execution's or an audit event's outcome. */
export function outcomeStyle(style: Style, outcome: string): (text: string) => string {
  if (outcome === 'succeeded') return style.good;
  if (outcome === 'failed' || outcome === 'outcome_unknown') return style.bad;
  if (outcome === 'intent') return style.quiet;
  return style.warn;
}

/** `84 ms`, `1.2 s`. */
export function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : ms.toFixed(1)} ms`;
}

/** `1 tool`, `2 tools`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A time as tables have it, in UTC: `2026-03-02 20:00:00`. */
export function clock(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

/** A span that somebody chose, in the largest unit that makes a whole number of it: `30 s`, `2 h`. */
export function span(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ];
  const fits = units.find(([unit]) => ms >= unit && ms % unit === 0);
  return fits === undefined ? `${ms} ms` : `${ms / fits[0]} ${fits[1]}`;
}
