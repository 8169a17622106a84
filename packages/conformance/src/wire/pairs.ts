/** Name and value as they were written, decoded, and the value before decoding. */
export interface Pair {
  readonly name: string;
  readonly value: string;
  readonly raw: string;
}

/** The pairs of a query or of a form body, in their order. */
export function readPairs(text: string): Pair[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...rest] = part.split('=');
      const raw = rest.join('=');
      return { name: decode(name), value: decode(raw), raw };
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Pairs such as `card[exp][0]=3` as the data that they mean: `{ card: { exp: ['3'] } }`, of those below `name`. */
export function nested(name: string, pairs: readonly Pair[]): unknown {
  const top: Record<string, unknown> = {};
  for (const pair of pairs) {
    const keys = [...pair.name.slice(name.length).matchAll(/\[([^\]]*)\]/g)].map(([, key = '']) => key);
    let place = top;
    for (const [index, key] of keys.entries()) {
      const own = key === '' ? String(Object.keys(place).length) : key;
      if (index === keys.length - 1) place[own] = pair.value;
      else {
        if (typeof place[own] !== 'object') place[own] = {};
        place = place[own] as Record<string, unknown>;
      }
    }
  }
  return withLists(top);
}

/** Objects whose keys count from 0 are lists. */
function withLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withLists(item)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
