/** The value at the end of a path of member names and indexes, or undefined. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const step of path.flatMap((part) => part.replace(/\[(\d+)\]/g, '.$1').split('.'))) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}
