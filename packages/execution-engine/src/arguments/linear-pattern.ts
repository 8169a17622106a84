import type { Program } from './pattern-program.ts';
import { compileProgram } from './pattern-program.ts';

/** A compiled pattern that answers in time linear in the text, whatever the pattern. */
export interface LinearPattern {
  readonly source: string;
  test(text: string): boolean;
}

/** Longest pattern accepted, in characters. */
export const maxPatternLength = 200;

/**
 * Patterns come from documents, and a tenant may write a document, so none may run on a backtracking engine unless it
 * cannot backtrack far. Anchored patterns with at most one unbounded repeat, of a single character class, run on V8;
 * all others on a small automaton (Thompson 1968). Look-around and back-references are refused. The syntax is
 * ECMAScript's with the `u` flag, as JSON Schema asks (2020-12 core, section 6.4). A string result says what is wrong.
 */
export function compilePattern(source: string): LinearPattern | string {
  if (source.length > maxPatternLength) return `is longer than ${maxPatternLength} characters`;
  let native: RegExp;
  try {
    native = new RegExp(source, 'u');
  } catch {
    return 'is not a regular expression';
  }
  if (/\(\?(?!:|<[^=!])/.test(source.replace(atoms, 'x')))
    return 'uses look-around or inline flags, which are not supported';
  for (const [atom] of source.matchAll(atoms))
    if (/^\\[1-9k]/.test(atom)) return 'uses a back-reference, which is not supported';
  if (isPlain(source)) return native;
  const program = compileProgram(source);
  if (typeof program === 'string') return program;
  return { source, test: (text) => run(program, text) };
}

const repeat = /[*+]|\{\d+,\d*\}/g;
/** Escapes and character classes: what is left outside them is structure. */
const atoms = /\\.|\[(?:\\.|[^\]\\])*\]/gu;

/** Anchored at the start, no alternation, one repeat at most, and that one not of a group: V8 runs it in linear time. */
function isPlain(source: string): boolean {
  const body = /^\^\(\?:([^()|]*)\)\$$/.exec(source)?.[1] ?? (source.startsWith('^') ? source.slice(1) : null);
  if (body === null) return false;
  const skeleton = body.replace(atoms, 'x');
  return !/[|()?]/.test(skeleton) && (skeleton.match(repeat)?.length ?? 0) <= 1;
}

/** Simulates the automaton: the set of live states advances one character at a time, each state at most once. */
function run(program: Program, text: string): boolean {
  const { instructions } = program;
  let live: number[] = [];
  let next: number[] = [];
  const seen = new Int32Array(instructions.length).fill(-1);
  let position = 0;
  let generation = 0;
  let before = -1;

  const add = (start: number, after: number): boolean => {
    const pending = [start];
    while (pending.length > 0) {
      const state = pending.pop() as number;
      if (seen[state] === generation) continue;
      seen[state] = generation;
      const instruction = instructions[state] as Program['instructions'][number];
      if (instruction.kind === 'accept') return true;
      if (instruction.kind === 'split') pending.push(instruction.to, instruction.or);
      else if (instruction.kind === 'assert') {
        if (instruction.holds(before, after)) pending.push(instruction.to);
      } else next.push(state);
    }
    return false;
  };

  for (;;) {
    const code = position < text.length ? (text.codePointAt(position) as number) : -1;
    // `live` holds the states that the last character reached; expand them here, where the next one is known.
    next = [];
    for (const state of live) if (add(state, code)) return true;
    if (add(0, code)) return true;
    if (code === -1) return false;
    live = [];
    for (const state of next) {
      const instruction = instructions[state] as Program['instructions'][number];
      if (instruction.kind === 'char' && instruction.accepts(code)) live.push(instruction.to);
    }
    before = code;
    position += code > 0xffff ? 2 : 1;
    generation++;
  }
}
