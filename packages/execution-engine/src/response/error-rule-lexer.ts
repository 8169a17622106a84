import type { DataPath } from '../paths/data-path.ts';
import { scanDataPath } from '../paths/data-path.ts';

export type Token =
  | { readonly kind: 'path'; readonly path: DataPath; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'operator'; readonly text: '=' | '!=' | '<' | '<=' | '>' | '>=' }
  | { readonly kind: 'word'; readonly text: 'and' | 'or' | 'not' | 'exists' }
  | { readonly kind: '(' | ')' }
  | { readonly kind: 'end' };

/** A token with the character it starts at, from 1. */
export type Placed = Token & { readonly at: number };

const words = new Set(['and', 'or', 'not', 'exists']);
const constants = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Splits a `when` expression. A string result says what is wrong, and where. */
export function tokenise(text: string): Placed[] | string {
  const tokens: Placed[] = [];
  let at = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    return expression.exec(text);
  };
  while (at < text.length) {
    const place = at + 1;
    const blank = take(/\s+/y);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const sign = take(/!=|<=|>=|[=<>()]/y)?.[0];
    if (sign !== undefined) {
      at += sign.length;
      if (sign === '(' || sign === ')') tokens.push({ kind: sign, at: place });
      else tokens.push({ kind: 'operator', text: sign as '=', at: place });
      continue;
    }
    const quoted = take(/'((?:[^'\\]|\\.|'')*)'/y);
    if (quoted !== null) {
      at += quoted[0].length;
      tokens.push({
        kind: 'literal',
        value: (quoted[1] as string).replace(/''|\\(.)/g, (_whole, escaped?: string) => escaped ?? "'"),
        at: place,
      });
      continue;
    }
    if (text[at] === "'") return `the text that starts at character ${place} has no closing quote`;
    const number = take(/-?\d+(?:\.\d+)?(?![\w$@-])/y);
    if (number !== null) {
      at += number[0].length;
      tokens.push({ kind: 'literal', value: Number(number[0]), at: place });
      continue;
    }
    const scanned = scanDataPath(text, at);
    if (typeof scanned === 'string') return `${scanned} (character ${place})`;
    const source = text.slice(at, scanned.end);
    at = scanned.end;
    if (words.has(source)) tokens.push({ kind: 'word', text: source as 'and', at: place });
    else if (constants.has(source))
      tokens.push({ kind: 'literal', value: constants.get(source) as boolean | null, at: place });
    else tokens.push({ kind: 'path', path: scanned.path, text: source, at: place });
  }
  tokens.push({ kind: 'end', at: text.length + 1 });
  return tokens;
}
