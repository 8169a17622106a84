/**
 * A path into JSON data: `a.b`, `items[0].id`, `items[].id` (every element, or every member of an object),
 * `['@odata.nextLink']` (a key with dots). A string is a key, a number an index, `null` stands for every element.
 */
export type DataPath = readonly (string | number | null)[];

const plainKey = /[^.[\]\s'"()=!<>]/;
/** Keys that could reach a prototype; never read from or written to data. */
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads a path that begins at `start`; `end` is the first character after it. A string result says what is wrong. */
export function scanDataPath(text: string, start: number): { path: DataPath; end: number } | string {
  const path: (string | number | null)[] = [];
  let at = start;
  let keyMayFollow = true;
  for (;;) {
    const char = text[at];
    if (char === '[') {
      const close = /^\[(?:(\d{1,6})?|'([^']{1,128})'|"([^"]{1,128})")\]/.exec(text.slice(at, at + 140));
      if (close === null) return `expected [], [0] or ['key'] at character ${at + 1}`;
      const key = close[2] ?? close[3];
      path.push(key !== undefined ? key : close[1] !== undefined ? Number(close[1]) : null);
      at += close[0].length;
      keyMayFollow = false;
      continue;
    }
    if (char === '.' && !keyMayFollow) {
      at++;
      keyMayFollow = true;
      if (!plainKey.test(text[at] ?? '.')) return `expected a key after '.' at character ${at + 1}`;
      continue;
    }
    if (!keyMayFollow || char === undefined || !plainKey.test(char)) break;
    const keyStart = at;
    while (at < text.length && plainKey.test(text[at] as string)) at++;
    path.push(text.slice(keyStart, at));
    keyMayFollow = false;
  }
  if (path.length === 0) return 'expected a path';
  const refused = path.find((key) => typeof key === 'string' && refusedKeys.has(key));
  return refused === undefined ? { path, end: at } : `'${refused}' cannot stand in a path`;
}

/** The whole text as one path. A string result says what is wrong. */
export function parseDataPath(text: string): DataPath | string {
  const scanned = scanDataPath(text, 0);
  if (typeof scanned === 'string') return scanned;
  return scanned.end === text.length
    ? scanned.path
    : `unexpected '${text[scanned.end]}' at character ${scanned.end + 1}`;
}

/** The value at the path, own properties only; `undefined` when absent. `[]` collects every element's value, flattened. */
export function readDataPath(value: unknown, path: DataPath, from = 0): unknown {
  let current = value;
  for (let i = from; i < path.length; i++) {
    const key = path[i] as string | number | null;
    if (typeof current !== 'object' || current === null) return undefined;
    if (key === null) {
      const items: readonly unknown[] = Array.isArray(current) ? current : Object.values(current);
      const nested = path.includes(null, i + 1);
      const collected: unknown[] = [];
      for (const item of items) {
        const found = readDataPath(item, path, i + 1);
        if (found === undefined) continue;
        if (nested && Array.isArray(found)) collected.push(...found);
        else collected.push(found);
      }
      return collected;
    }
    if (!Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}
