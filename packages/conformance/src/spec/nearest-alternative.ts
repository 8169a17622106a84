import type { ErrorObject } from 'ajv/dist/2020.js';

/**
 * Of a value that fits none of several alternatives, what is wrong with the one it comes nearest to: the one with the fewest
 * errors. Each alternative's errors would tell of all the things that the value was never meant to be.
 */
export function nearestAlternative(errors: readonly ErrorObject[]): ErrorObject[] {
  const outer = errors.filter(({ keyword }) => keyword === 'anyOf').sort((a, b) => length(a) - length(b))[0];
  if (outer === undefined) return [...errors];
  const inside = errors.filter((one) => one.schemaPath.startsWith(`${outer.schemaPath}/`));
  const others = errors.filter((one) => one !== outer && !inside.includes(one));
  const branches = Map.groupBy(
    inside,
    ({ schemaPath }) => schemaPath.slice(outer.schemaPath.length + 1).split('/', 1)[0],
  );
  const told = [...branches.values()].map(nearestAlternative).sort((a, b) => a.length - b.length);
  return [...nearestAlternative(others), ...(told[0] ?? [outer])];
}

function length({ schemaPath }: ErrorObject): number {
  return schemaPath.length;
}
