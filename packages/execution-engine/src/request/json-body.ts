import type { DataPath } from '../paths/data-path.ts';
import type { RequestContext, ValueSource } from './value-source.ts';
import { resolveSource } from './value-source.ts';

/** One field of a JSON body. `path`: keys, places in arrays, and at most one `null` that spreads an array value. */
export interface JsonField {
  readonly path: DataPath;
  readonly source: ValueSource;
}

type Container = Record<string | number, unknown>;

/** The body as JSON text; fields without a value are left out. */
export function buildJsonBody(fields: readonly JsonField[], context: RequestContext): string {
  // Field names were checked: where one begins with a place, all do.
  const isList = typeof fields[0]?.path[0] === 'number';
  const body: Container = isList ? ([] as unknown as Container) : {};
  for (const field of fields) {
    const value = resolveSource(field.source, context);
    if (value === undefined) continue;
    if (field.path.length === 1) body[field.path[0] as string] = value;
    else place(body, field.path, 0, value);
  }
  return JSON.stringify(body);
}

/** Writes the value below `parent`, making the objects and arrays on the way. The field names were checked not to clash. */
function place(parent: Container, path: DataPath, at: number, value: unknown): void {
  const key = path[at] as string | number;
  if (at === path.length - 1) {
    parent[key] = value;
    return;
  }
  const next = path[at + 1];
  if (next === null) {
    parent[key] = (Array.isArray(value) ? value : [value]).map((item) => nest(path, at + 2, item));
    return;
  }
  parent[key] ??= typeof next === 'number' ? [] : {};
  place(parent[key] as Container, path, at + 1, value);
}

function nest(path: DataPath, at: number, value: unknown): unknown {
  if (at >= path.length) return value;
  const element: Container = typeof path[at] === 'number' ? ([] as unknown as Container) : {};
  place(element, path, at, value);
  return element;
}
