import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';

/** A place in a text; both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * Where a dotted path such as `tools.post_message.examples[0]` stands in a document's text, YAML or JSON. What is not
 * written there is placed at the nearest thing around it. A key may hold dots itself. `atKey` gives the place of the
 * path's last key instead of its value's.
 */
export type LocateInText = (path: string, atKey?: boolean) => TextPosition;

/** Reads the text once, at the first question; each is then a walk down the path. For a text that `parseDocumentText` took. */
export function locateInText(text: string): LocateInText {
  let parsed: ReturnType<typeof parse> | null = null;
  return (path, atKey = false) => {
    parsed ??= parse(text);
    const { root, lines } = parsed;
    let place = root?.range?.[0] ?? 0;
    let node: unknown = root;
    let rest = path;
    while (rest !== '') {
      const step = isMap(node) ? keyStep(node.items, rest) : isSeq(node) ? itemStep(node.items, rest) : null;
      if (step === null) break;
      node = step.value;
      rest = step.rest;
      const last = rest === '' && !atKey && (isScalar(node) || isAlias(node));
      place = (last ? rangeStart(node) : undefined) ?? step.place ?? place;
    }
    const { line, col } = lines.linePos(place);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
}

function parse(text: string) {
  const lines = new LineCounter();
  const options = { version: '1.2', schema: 'core', uniqueKeys: false, lineCounter: lines } as const;
  return { root: parseDocument(text, options).contents, lines };
}

interface Step {
  readonly value: unknown;
  readonly rest: string;
  readonly place: number | undefined;
}

/** The longest key that the path begins with. */
function keyStep(items: readonly Pair[], path: string): Step | null {
  let found: Pair | null = null;
  let length = -1;
  for (const pair of items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : null;
    if (key === null || key.length <= length || !path.startsWith(key)) continue;
    const next = path[key.length];
    if (next === undefined || next === '.' || next === '[') [found, length] = [pair, key.length];
  }
  if (found === null) return null;
  return { value: found.value, rest: withoutDot(path.slice(length)), place: rangeStart(found.key) };
}

function itemStep(items: readonly unknown[], path: string): Step | null {
  const [whole, digits] = /^\[(\d+)\]/.exec(path) ?? [];
  const item = whole === undefined ? undefined : items[Number(digits)];
  if (whole === undefined || item === undefined) return null;
  return { value: item, rest: withoutDot(path.slice(whole.length)), place: rangeStart(item) };
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

function withoutDot(path: string): string {
  return path.startsWith('.') ? path.slice(1) : path;
}
