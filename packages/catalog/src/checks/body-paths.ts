/** Dotted paths into a response body: `contact.id`, `items[].id`, `[0].message`, `entries[]['.tag']`. */
const piece = /\['([^']{1,128})'\]|\["([^"]{1,128})"\]|\[(\d{0,6})\]|(\.?)([^.[\]\s'"]+)/y;

/** A path's steps: names, `[]`, and places such as `[0]`; `undefined` where the text is none. */
export function pathSteps(path: string): { readonly text: string; readonly isName: boolean }[] | undefined {
  const steps: { text: string; isName: boolean }[] = [];
  piece.lastIndex = 0;
  while (piece.lastIndex < path.length) {
    const isFirst = piece.lastIndex === 0;
    const match = piece.exec(path);
    if (match === null) return undefined;
    const [, single, double, place, dot, name] = match;
    // A plain name follows a dot, unless it begins the path.
    if (name !== undefined && (dot === '.') === isFirst) return undefined;
    const key = single ?? double ?? name;
    steps.push(key === undefined ? { text: `[${place}]`, isName: false } : { text: key, isName: true });
  }
  return steps.length === 0 ? undefined : steps;
}

export function pathProblem(path: string): string | undefined {
  if (path === '$status' || pathSteps(path) !== undefined) return undefined;
  return `'${path}' is not a path such as contact.id, items[].id or entries[]['.tag']`;
}

/** The values at a path, for checking that examples hold what a document picks. `[]` visits every item or member. */
export function valuesAt(body: unknown, path: string): unknown[] {
  return (pathSteps(path) ?? []).reduce<unknown[]>(
    (values, { text, isName }) =>
      values.flatMap((value) => childrenOf(value, isName ? text : text.slice(1, -1), isName)),
    [body],
  );
}

function childrenOf(value: unknown, key: string, isName: boolean): unknown[] {
  if (value === null || typeof value !== 'object') return [];
  if (!isName && key === '') return Object.values(value);
  return Object.hasOwn(value, key) ? [(value as Record<string, unknown>)[key]] : [];
}
