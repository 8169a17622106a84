import { PatchbayError } from './errors.ts';

/** A value may stand as one token of a subject only if it cannot change the subject's shape. */
const token = /^[A-Za-z0-9_-]{1,128}$/;

/** A pattern taken apart: there are as many as routes, and each is used for every message. */
interface Pattern {
  /** Literal text and, at odd places, placeholders' names. */
  readonly pieces: readonly string[];
  /** What each token must be, or null where a placeholder stands. */
  readonly tokens: readonly { readonly literal: string | null; readonly name: string }[];
}
const patterns = new Map<string, Pattern>();

function patternOf(text: string): Pattern {
  let pattern = patterns.get(text);
  if (pattern === undefined) {
    pattern = {
      pieces: text.split(/\{([a-z_]+)\}/),
      tokens: text
        .split('.')
        .map((part) =>
          part.startsWith('{') ? { literal: null, name: part.slice(1, -1) } : { literal: part, name: '' },
        ),
    };
    patterns.set(text, pattern);
  }
  return pattern;
}

/**
 * Fills `{name}` placeholders of a subject pattern. The only way subjects are built.
 * @throws PatchbayError `invalid_request` when a value is missing or holds a dot, a wildcard, a space or anything else
 *   that is not a letter, digit, underscore or hyphen.
 */
export function buildSubject(pattern: string, values: Readonly<Record<string, string>> = {}): string {
  const { pieces } = patternOf(pattern);
  let subject = pieces[0] as string;
  for (let i = 1; i < pieces.length; i += 2) {
    const name = pieces[i] as string;
    const value = values[name];
    if (value === undefined || !token.test(value)) {
      throw new PatchbayError('invalid_request', {
        message: `The value for '${name}' cannot stand in a subject: use letters, digits, '_' and '-', at most 128.`,
        details: { issues: [{ path: name, message: 'not a subject token' }] },
      });
    }
    subject += value + (pieces[i + 1] as string);
  }
  return subject;
}

/** The pattern with `*` for each placeholder: what a server subscribes to. */
export function wildcardSubject(pattern: string): string {
  return pattern.replace(/\{[a-z_]+\}/g, '*');
}

/** The placeholder values of a subject that matches the pattern, else null. */
export function parseSubject(pattern: string, subject: string): Record<string, string> | null {
  const { tokens } = patternOf(pattern);
  const given = subject.split('.');
  if (tokens.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (let i = 0; i < tokens.length; i++) {
    const { literal, name } = tokens[i] as Pattern['tokens'][number];
    if (literal === null) values[name] = given[i] as string;
    else if (literal !== given[i]) return null;
  }
  return values;
}
