/** One step of the automaton. States are indexes into the program; -1 is no character (either end of the text). */
export type Instruction =
  | { readonly kind: 'char'; readonly accepts: (code: number) => boolean; to: number }
  | { readonly kind: 'split'; to: number; or: number }
  | { readonly kind: 'assert'; readonly holds: (before: number, after: number) => boolean; to: number }
  | { readonly kind: 'accept' };
export interface Program {
  readonly instructions: readonly Instruction[];
}

type Node =
  | { readonly kind: 'char'; readonly accepts: (code: number) => boolean }
  | { readonly kind: 'assert'; readonly holds: (before: number, after: number) => boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number };

/** Most instructions of one pattern: bounds both memory and time per character. */
const maxInstructions = 4_000;
/** Most nodes visited while emitting: an empty group may be repeated without adding an instruction. */
const maxVisits = 20_000;
const quantifier = /(?:([*+?])|\{(\d+)(,(\d*))?\})\??/y;
const atomEscape = /\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|c[A-Za-z]|.)/uy;
const classAtom = /\[(?:\\.|[^\]\\])*\]/uy;

/** Compiles a pattern that V8 accepts under the `u` flag. A string result says what is wrong. */
export function compileProgram(source: string): Program | string {
  let at = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(source);
    if (match !== null) at = expression.lastIndex;
    return match;
  };

  const choice = (): Node => {
    const items = [sequence()];
    while (source[at] === '|') {
      at++;
      items.push(sequence());
    }
    return items.length === 1 ? (items[0] as Node) : { kind: 'choice', items };
  };
  const sequence = (): Node => {
    const items: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const item = atom();
      const match = take(quantifier);
      if (match === null) {
        items.push(item);
        continue;
      }
      const [, sign, from, range, to] = match;
      const min = sign === undefined ? Number(from) : sign === '+' ? 1 : 0;
      const max =
        sign === undefined
          ? range === undefined
            ? min
            : to === ''
              ? Infinity
              : Number(to)
          : sign === '?'
            ? 1
            : Infinity;
      items.push({ kind: 'repeat', item, min, max });
    }
    return { kind: 'sequence', items };
  };
  const atom = (): Node => {
    const char = source[at] as string;
    if (char === '(') {
      at += /^\((?:\?:|\?<[^>]*>)?/.exec(source.slice(at))?.[0].length ?? 1;
      const inner = choice();
      at++;
      return inner;
    }
    if (char === '^' || char === '$') {
      at++;
      return { kind: 'assert', holds: char === '^' ? (before) => before === -1 : (_before, after) => after === -1 };
    }
    const text = char === '[' ? take(classAtom) : char === '\\' ? take(atomEscape) : null;
    if (text === null) {
      const code = source.codePointAt(at) as number;
      at += code > 0xffff ? 2 : 1;
      return { kind: 'char', accepts: char === '.' ? isNoLineEnd : (other) => other === code };
    }
    if (text[0] === '\\b' || text[0] === '\\B') {
      const wanted = text[0] === '\\b';
      return { kind: 'assert', holds: (before, after) => (isWord(before) !== isWord(after)) === wanted };
    }
    return { kind: 'char', accepts: oneCharacter(text[0]) };
  };

  const tree = choice();
  const instructions: Instruction[] = [];
  if (!emit(tree, instructions, { visits: 0 })) return 'repeats too much';
  instructions.push({ kind: 'accept' });
  return { instructions };
}

/** Appends the node's instructions; each falls through to the next index. False when the program grows too large. */
function emit(node: Node, out: Instruction[], budget: { visits: number }): boolean {
  if (out.length > maxInstructions || budget.visits++ > maxVisits) return false;
  switch (node.kind) {
    case 'char':
      out.push({ kind: 'char', accepts: node.accepts, to: out.length + 1 });
      return true;
    case 'assert':
      out.push({ kind: 'assert', holds: node.holds, to: out.length + 1 });
      return true;
    case 'sequence':
      return node.items.every((item) => emit(item, out, budget));
    case 'choice': {
      const exits: { to: number; or: number }[] = [];
      for (const [index, item] of node.items.entries()) {
        const isLast = index === node.items.length - 1;
        const split = { kind: 'split' as const, to: out.length + 1, or: 0 };
        if (!isLast) out.push(split);
        if (!emit(item, out, budget)) return false;
        if (isLast) break;
        const exit = { kind: 'split' as const, to: 0, or: 0 };
        out.push(exit);
        exits.push(exit);
        split.or = out.length;
      }
      for (const exit of exits) exit.to = exit.or = out.length;
      return true;
    }
    case 'repeat': {
      for (let i = 0; i < node.min; i++) if (!emit(node.item, out, budget)) return false;
      if (node.max === Infinity) {
        const loop = { kind: 'split' as const, to: out.length + 1, or: 0 };
        const start = out.push(loop) - 1;
        if (!emit(node.item, out, budget)) return false;
        out.push({ kind: 'split', to: start, or: start });
        loop.or = out.length;
        return true;
      }
      const skips: { or: number }[] = [];
      for (let i = node.min; i < node.max; i++) {
        const skip = { kind: 'split' as const, to: out.length + 1, or: 0 };
        out.push(skip);
        skips.push(skip);
        if (!emit(node.item, out, budget)) return false;
      }
      for (const skip of skips) skip.or = out.length;
      return true;
    }
  }
}

const isWord = (code: number): boolean => code !== -1 && /\w/.test(String.fromCodePoint(code));
const isNoLineEnd = (code: number): boolean => code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029;

/** V8 decides what one class or escape accepts, one character at a time; ASCII is looked up. */
function oneCharacter(source: string): (code: number) => boolean {
  const expression = new RegExp(`^${source}$`, 'u');
  const ascii = new Uint8Array(128);
  for (let code = 0; code < 128; code++) ascii[code] = expression.test(String.fromCharCode(code)) ? 1 : 0;
  return (code) => (code < 128 ? ascii[code] === 1 : expression.test(String.fromCodePoint(code)));
}
