/**
 * A text that a pattern accepts, the same every time; `undefined` where none is found. Reads characters, classes, groups,
 * alternatives and repetitions; whatever else a pattern holds is tried and usually fails.
 */
export function stringForPattern(pattern: string, minLength = 0): string | undefined {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch {
    try {
      expression = new RegExp(pattern);
    } catch {
      return undefined;
    }
  }
  for (const extra of [0, 1, minLength, 8]) {
    const text = alternatives({ pattern, at: 0, extra });
    if (text.length >= minLength && text.length < 2_000 && expression.test(text)) return text;
  }
  return usual.find((text) => text.length >= minLength && expression.test(text));
}

const usual = [
  'example',
  'Example',
  '1',
  '12345',
  '2026-03-02',
  'en-US',
  'USD',
  '10:30',
  '+12025550123',
  'ada@example.com',
  'https://example.com/',
];

interface Reader {
  readonly pattern: string;
  at: number;
  /** Repetitions beyond the least, where a pattern leaves the number open. */
  readonly extra: number;
}

function alternatives(reader: Reader): string {
  let first: string | undefined;
  for (;;) {
    const text = sequence(reader);
    first ??= text;
    if (reader.pattern[reader.at] !== '|') return first;
    reader.at += 1;
  }
}

function sequence(reader: Reader): string {
  let text = '';
  while (reader.at < reader.pattern.length && !'|)'.includes(reader.pattern[reader.at] as string)) {
    const one = atom(reader);
    text += one.repeat(Math.min(times(reader), 500));
  }
  return text;
}

function atom(reader: Reader): string {
  const char = reader.pattern[reader.at] as string;
  reader.at += 1;
  if (char === '^' || char === '$') return '';
  if (char === '.') return 'a';
  if (char === '(') {
    const prefix = /^\?(?:[:=!]|<[=!]|<[^>]*>)/.exec(reader.pattern.slice(reader.at))?.[0] ?? '';
    reader.at += prefix.length;
    const inner = alternatives(reader);
    reader.at += 1;
    return /^\?(?:[=!]|<[=!])/.test(prefix) ? '' : inner;
  }
  if (char === '[') return fromClass(reader);
  if (char === '\\') return escaped(reader);
  return char;
}

const classes: Readonly<Record<string, string>> = {
  d: '1',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
  b: '',
  B: '',
  t: '\t',
  n: '\n',
  r: '\r',
};

function escaped(reader: Reader): string {
  const rest = reader.pattern.slice(reader.at);
  const property = /^[pP]\{[^}]*\}/.exec(rest)?.[0];
  const code = /^(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(rest);
  const char = rest[0] ?? '';
  reader.at += property?.length ?? code?.[0].length ?? 1;
  if (property !== undefined) return property.startsWith('p{N') ? '1' : property.startsWith('p{Lu') ? 'A' : 'a';
  if (code !== null) return String.fromCharCode(Number.parseInt((code[1] ?? code[2]) as string, 16));
  return classes[char] ?? char;
}

/** One character of a class, the first of those that read well. */
function fromClass(reader: Reader): string {
  const start = reader.at;
  if (reader.pattern[reader.at] === '^') reader.at += 1;
  while (reader.at < reader.pattern.length && reader.pattern[reader.at] !== ']')
    reader.at += reader.pattern[reader.at] === '\\' ? 2 : 1;
  const body = reader.pattern.slice(start, reader.at);
  reader.at += 1;
  try {
    const test = new RegExp(`[${body}]`);
    for (const char of 'a1A0-_./:@+ bcdefghijklmnopqrstuvwxyz23456789BCDEFGHIJKLMNOPQRSTUVWXYZ')
      if (test.test(char)) return char;
  } catch {
    // Not a class that this runtime knows.
  }
  return body[0] ?? '';
}

/** How often the atom before the reader is repeated. */
function times(reader: Reader): number {
  const match = /^(?:([?*+])|\{(\d+)(,(\d*))?\})\??/.exec(reader.pattern.slice(reader.at));
  if (match === null) return 1;
  reader.at += match[0].length;
  const [, sign, least, open, most] = match;
  if (sign === '?') return reader.extra > 0 ? 1 : 0;
  if (sign !== undefined) return (sign === '+' ? 1 : 0) + reader.extra;
  const upTo = open === undefined ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most);
  return Math.min(Number(least) + reader.extra, upTo);
}
