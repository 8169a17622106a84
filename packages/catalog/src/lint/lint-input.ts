import { error, type LintFinding } from './rule.ts';

/**
 * What a document must say itself although there is a default: whether a call may be repeated is a fact about the vendor, and
 * a default is nobody's word. Takes the document as it was written.
 */
export function lintInput(input: unknown): LintFinding[] {
  const tools = isObject(input) && isObject(input['tools']) ? input['tools'] : {};
  return Object.entries(tools)
    .filter(([, tool]) => isObject(tool) && tool['idempotency'] === undefined)
    .map(([key]) =>
      error('idempotency-stated', `tools.${key}.idempotency`, 'say whether a repeat is harmless, keyed, or acts twice'),
    );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
