import { PatchbayError } from './errors.ts';

/** A value may stand as one token of a subject only if it cannot change the subject's shape. */
const token = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Fills `{name}` placeholders of a subject pattern. The only way subjects are built.
 * @throws PatchbayError `invalid_request` when a value is missing or holds a dot, a wildcard, a space or anything else
 *   that is not a letter, digit, underscore or hyphen.
 */
export function buildSubject(pattern: string, values: Readonly<Record<string, string>> = {}): string {
  return pattern.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || !token.test(value)) {
      throw new PatchbayError('invalid_request', {
        message: `The value for '${name}' cannot stand in a subject: use letters, digits, '_' and '-', at most 128.`,
        details: { issues: [{ path: name, message: 'not a subject token' }] },
      });
    }
    return value;
  });
}

/** The pattern with `*` for each placeholder: what a server subscribes to. */
export function wildcardSubject(pattern: string): string {
  return pattern.replace(/\{[a-z_]+\}/g, '*');
}

/** The placeholder values of a subject that matches the pattern, else null. */
export function parseSubject(pattern: string, subject: string): Record<string, string> | null {
  const parts = pattern.split('.');
  const tokens = subject.split('.');
  if (parts.length !== tokens.length) return null;
  const values: Record<string, string> = {};
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    const value = tokens[i] as string;
    if (part.startsWith('{')) values[part.slice(1, -1)] = value;
    else if (part !== value) return null;
  }
  return values;
}
