/** Dotted paths into a response body: `contact.id`, `items[].id`, `[0].message`. */
const part = /^(?:[^.[\]\s]+(?:\[\d{0,6}\])*|(?:\[\d{0,6}\])+)$/;

export function pathProblem(path: string): string | undefined {
  if (path === '$status') return undefined;
  return path.split('.').every((text) => part.test(text))
    ? undefined
    : `'${path}' is not a path such as contact.id or items[].id`;
}

/** The values at a path, for checking that examples hold what a document picks. `[]` visits every item. */
export function valuesAt(body: unknown, path: string): unknown[] {
  const parts = path.split('.').flatMap((text) => text.match(/^[^[]+|\[\d*\]/g) ?? []);
  return parts.reduce<unknown[]>((values, key) => values.flatMap((value) => childrenOf(value, key)), [body]);
}

function childrenOf(value: unknown, key: string): unknown[] {
  if (key === '[]') return Array.isArray(value) ? value : [];
  const name = key.startsWith('[') ? key.slice(1, -1) : key;
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return [];
  return [(value as Record<string, unknown>)[name]];
}
