/**
 * Patterns in documents run on a backtracking engine against text that callers choose, so a document may only hold
 * patterns whose matching is provably cheap. The measure is the number of ways a pattern can be laid over a text: each
 * `?`, range and alternative multiplies it, and a backtracking engine tries at most that many.
 */
const maxLength = 200;
/** Ways allowed when matching starts at one place, and when it starts at every place of the text. */
const maxWaysAnchored = 1_000_000;
const maxWaysFloating = 100;

/** Why the pattern is refused, or `undefined` when it is a valid and cheap one. Flags are those of JSON Schema: `u`. */
export function patternProblem(source: string): string | undefined {
  if (source.length > maxLength) return `a pattern may have at most ${maxLength} characters`;
  try {
    new RegExp(source, 'u');
  } catch {
    return 'not a valid regular expression';
  }
  if (/\\(?:[1-9]|k<)/.test(source)) return 'a pattern may not refer back to a group';
  if (/\(\?<?[=!]/.test(source)) return 'a pattern may not look ahead or behind';
  const { ways, unbounded, alternatives } = measureAlternatives({ source, at: 0 });
  if (unbounded > 1) return 'a pattern may hold at most one of * and +; give the others a range such as {1,64}';
  const limit = source.startsWith('^') && alternatives === 1 ? maxWaysAnchored : maxWaysFloating;
  if (unbounded === 1 && limit === maxWaysFloating) return 'a pattern with * or + must begin with ^';
  if (!(ways <= limit))
    return 'the pattern can match in too many ways; use fewer or tighter repetitions, and begin with ^';
  return undefined;
}

interface Cursor {
  readonly source: string;
  at: number;
}

interface Measure {
  ways: number;
  unbounded: number;
  alternatives: number;
}

function measureAlternatives(cursor: Cursor): Measure {
  const total: Measure = { ways: 0, unbounded: 0, alternatives: 0 };
  for (;;) {
    const sequence = measureSequence(cursor);
    total.ways += sequence.ways;
    total.unbounded += sequence.unbounded;
    total.alternatives += 1;
    if (cursor.source[cursor.at] !== '|') return total;
    cursor.at += 1;
  }
}

function measureSequence(cursor: Cursor): Omit<Measure, 'alternatives'> {
  let ways = 1;
  let unbounded = 0;
  while (cursor.at < cursor.source.length && !'|)'.includes(cursor.source[cursor.at] as string)) {
    const atom = measureAtom(cursor);
    const range = readQuantifier(cursor);
    if (range.max === Number.POSITIVE_INFINITY) {
      // Something that can match in two ways, repeated without end, is exponential.
      ways *= atom.ways > 1 || atom.unbounded > 0 ? Number.POSITIVE_INFINITY : 1;
      unbounded += 1;
    } else {
      if (range.max > 1 && atom.unbounded > 0) ways = Number.POSITIVE_INFINITY;
      ways *= (range.max - range.min + 1) * atom.ways ** range.max;
      unbounded += atom.unbounded;
    }
  }
  return { ways, unbounded };
}

function measureAtom(cursor: Cursor): Omit<Measure, 'alternatives'> {
  const { source } = cursor;
  const char = source[cursor.at];
  cursor.at += 1;
  if (char === '(') {
    const prefix = /^\?(?::|<[^>]*>)/.exec(source.slice(cursor.at));
    cursor.at += prefix?.[0].length ?? 0;
    const inner = measureAlternatives(cursor);
    cursor.at += 1;
    return inner;
  }
  if (char === '[') {
    while (source[cursor.at] !== ']') cursor.at += source[cursor.at] === '\\' ? 2 : 1;
    cursor.at += 1;
  } else if (char === '\\') {
    const braced = /^[pPu]\{[^}]*\}/.exec(source.slice(cursor.at));
    cursor.at += braced?.[0].length ?? 1;
  }
  return { ways: 1, unbounded: 0 };
}

function readQuantifier(cursor: Cursor): { min: number; max: number } {
  const match = /^(?:[?*+]|\{(\d+)(,(\d*))?\})\??/.exec(cursor.source.slice(cursor.at));
  if (match === null) return { min: 1, max: 1 };
  cursor.at += match[0].length;
  const sign = match[0][0];
  if (sign === '?') return { min: 0, max: 1 };
  if (sign !== '{') return { min: 0, max: Number.POSITIVE_INFINITY };
  const min = Number(match[1]);
  if (match[2] === undefined) return { min, max: min };
  return { min, max: match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]) };
}
