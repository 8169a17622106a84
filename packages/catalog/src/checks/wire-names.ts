import { pathSteps } from './body-paths.ts';

/** Names of body fields: dots nest, `[0]` is a place in an array, `[]` spreads an array, `['a.b']` is a name with dots. */
export function bodyNameProblem(name: string): string | undefined {
  const steps = pathSteps(name);
  if (steps === undefined || steps.some(({ text, isName }) => !isName && text.length > 5))
    return `'${name}' is not a field name such as start.dateTime, items[0].id, items[].id or ['a.b']`;
  if (steps[0]?.text === '[]' && !steps[0].isName) return 'a list that is the whole body is one body_root parameter';
  if (steps.some(({ text, isName }) => isName && ['__proto__', 'constructor', 'prototype'].includes(text)))
    return 'this field name is not allowed';
  if (steps.filter(({ text, isName }) => !isName && text === '[]').length > 1)
    return 'at most one [] may stand in a field name';
  return undefined;
}

/** Whether two names would write over each other: the same field, or one inside a value that the other writes whole. */
export function bodyNamesConflict(a: string, b: string): boolean {
  const [left, right] = [pathSteps(a) ?? [], pathSteps(b) ?? []];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [one, other] = [left[i], right[i]];
    if (one === undefined || other === undefined) break;
    const spreads = [one, other].some(({ text, isName }) => !isName && text === '[]');
    if (one.text === other.text && one.isName === other.isName && !spreads) continue;
    // A spread owns its whole array, and an array cannot also be an object.
    return spreads || one.isName !== other.isName;
  }
  return true;
}
