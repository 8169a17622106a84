/** Names of body fields: dots nest, `[0]` is a place in an array, `[]` spreads an array. See `Parameter` in the contracts. */
const segment = /^[^.[\]]+(?:\[\d{0,3}\])*$/;

export function bodyNameProblem(name: string): string | undefined {
  const segments = name.split('.');
  if (!segments.every((part) => segment.test(part)))
    return `'${name}' is not a field name such as start.dateTime, items[0].id or items[].id`;
  if (segments.some((part) => ['__proto__', 'constructor', 'prototype'].includes(part.replace(/\[.*$/, '')))) {
    return 'this field name is not allowed';
  }
  if ((name.match(/\[\]/g) ?? []).length > 1) return 'at most one [] may stand in a field name';
  return undefined;
}

/** Whether two names would write over each other: the same field, or one inside a value that the other writes whole. */
export function bodyNamesConflict(a: string, b: string): boolean {
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] === right[i] && left[i] !== '[]') continue;
    // A spread owns its whole array, and an array cannot also be an object.
    return left[i] === '[]' || right[i] === '[]' || left[i]?.startsWith('[') !== right[i]?.startsWith('[');
  }
  return true;
}

function parts(name: string): string[] {
  return name.split('.').flatMap((part) => part.match(/^[^[]+|\[\d*\]/g) ?? []);
}
