import type { DataPath } from '../paths/data-path.ts';
import { parseDataPath, readDataPath } from '../paths/data-path.ts';
import type { Report } from '../prepare/report.ts';

/** Picks the fields that the model sees. */
export type Projection = (body: unknown) => unknown;

interface Entry {
  readonly target: DataPath;
  readonly source: DataPath;
  readonly at: string;
}
interface Field {
  /** Keys in the output. */
  readonly target: readonly string[];
  readonly source: DataPath;
  /** What is made of each element, for a list of objects; `null` takes the value as it is. */
  readonly each: Projection | null;
}

/**
 * Compiles `pick`. A list keeps the shape of the body, less places in arrays: `items[].id` gives `{ items: [{ id }] }`,
 * `items[0].id` gives `{ items: { id } }`. A map makes a flat object: `{ ids: 'items[].id' }` gives `{ ids: […] }`.
 * Absent fields are left out. `null` when everything is kept.
 */
export function compileProjection(
  pick: readonly string[] | Record<string, string> | undefined,
  report: Report,
  at: string,
): Projection | null {
  if (pick === undefined) return null;
  const pairs: [string, string, string][] = Array.isArray(pick)
    ? pick.map((path: string, index) => [path, path, `${at}[${index}]`])
    : Object.entries(pick).map(([name, path]) => [name, path, `${at}.${name}`]);
  const entries: Entry[] = [];
  for (const [name, path, place] of pairs) {
    const source = parseDataPath(path);
    if (typeof source === 'string') report(place, source);
    else if (name === '__proto__') report(place, 'cannot be the name of a field');
    else
      entries.push({
        target: Array.isArray(pick) ? source.filter((key) => typeof key !== 'number') : [name],
        source,
        at: place,
      });
  }
  return compile(entries, report);
}

function compile(entries: readonly Entry[], report: Report): Projection {
  const fields: Field[] = [];
  const groups = new Map<string, { source: DataPath; target: readonly string[]; entries: Entry[] }>();
  for (const entry of entries) {
    const split = entry.target.indexOf(null);
    const keys = (split === -1 ? entry.target : entry.target.slice(0, split)) as readonly string[];
    if (split === -1) {
      fields.push({ target: keys, source: entry.source, each: null });
      continue;
    }
    const sourceSplit = entry.source.indexOf(null);
    const source = entry.source.slice(0, sourceSplit);
    const group = groups.get(keys.join('\n')) ?? { source, target: keys, entries: [] };
    if (sourceSplit === -1 || source.join('\n') !== group.source.join('\n')) {
      report(entry.at, 'must map over the same list as the other fields of its list');
      continue;
    }
    group.entries.push({
      target: entry.target.slice(split + 1),
      source: entry.source.slice(sourceSplit + 1),
      at: entry.at,
    });
    groups.set(keys.join('\n'), group);
  }
  for (const group of groups.values()) {
    const isWhole = group.entries.some((entry) => entry.target.length === 0);
    const readElement =
      (source: DataPath): Projection =>
      (element) =>
        readDataPath(element, source);
    const each = isWhole ? readElement(group.entries[0]?.source ?? []) : compile(group.entries, report);
    fields.push({ target: group.target, source: group.source, each });
  }
  const root = fields.find((field) => field.target.length === 0);
  if (root !== undefined) {
    if (fields.length > 1) report(entries[0]?.at ?? '', 'cannot stand beside fields of the whole answer');
    return (body) => fieldValue(root, body) ?? [];
  }
  return (body) => project(fields, body);
}

function fieldValue(field: Field, body: unknown): unknown {
  const value = field.source.length === 0 ? body : readDataPath(body, field.source);
  const { each } = field;
  if (each === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => each(element) ?? null);
  if (typeof value !== 'object' || value === null) return undefined;
  // Of an object keyed by dates, say: members that are something else than the rest are no elements.
  return Object.values(value)
    .filter((member) => typeof member === 'object' && member !== null)
    .map((member) => each(member) ?? null);
}

function project(fields: readonly Field[], body: unknown): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  for (const field of fields) {
    const value = fieldValue(field, body);
    if (value === undefined) continue;
    let parent = output;
    const last = field.target.length - 1;
    for (let i = 0; i < last; i++) {
      const key = field.target[i] as string;
      const existing = parent[key];
      // A field picked whole may share its prefix with this one: copy, so that the body itself is never changed.
      parent[key] =
        typeof existing === 'object' && existing !== null && !Array.isArray(existing) ? { ...existing } : {};
      parent = parent[key] as Record<string, unknown>;
    }
    parent[field.target[last] as string] = value;
  }
  return output;
}
