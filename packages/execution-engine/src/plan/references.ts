import type { Issue } from '@patchbay/contracts';
import { joinPath } from '@patchbay/contracts';
import type { DataPath } from '../paths/data-path.ts';
import { parseDataPath, readDataPath } from '../paths/data-path.ts';

/** `{"$from": call, "path"?, "default"?}` as found in arguments. */
export interface Reference {
  readonly call: string;
  /** Where it stands, such as `arguments.to[0]`. */
  readonly at: string;
}

/** The deepest nesting of arguments that is looked through. */
const maxDepth = 64;
const referenceKeys = new Set(['$from', 'path', 'default']);

type Place = readonly (string | number)[];

/**
 * The references in arguments, wherever they stand; what is wrong with them goes to `report`. An object with a key
 * `$from` is a reference. An object with the only key `$literal` stands for what is in it, unread. `marked` says whether
 * there is any of either.
 */
export function findReferences(
  args: unknown,
  root: string,
  report: (issue: Issue) => void,
): { readonly references: readonly Reference[]; readonly marked: boolean } {
  const references: Reference[] = [];
  let marked = false;
  const walk = (value: unknown, place: Place): void => {
    if (typeof value !== 'object' || value === null) return;
    const at = joinPath(root, place);
    if (place.length > maxDepth) return report({ path: root, message: `is nested more than ${maxDepth} levels deep` });
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, [...place, index]);
      return;
    }
    if (Object.hasOwn(value, '$literal')) {
      marked = true;
      if (Object.keys(value).length > 1) report({ path: at, message: "has other keys beside '$literal'" });
      return;
    }
    if (Object.hasOwn(value, '$from')) {
      const { $from: call, path } = value as { $from: unknown; path?: unknown };
      const problem = problemOf(value, call, path);
      if (problem !== null) return report({ path: at, message: problem });
      references.push({ call: call as string, at });
      marked = true;
      if (Object.hasOwn(value, 'default')) walk((value as { default: unknown }).default, [...place, 'default']);
      return;
    }
    for (const [key, item] of Object.entries(value)) walk(item, [...place, key]);
  };
  walk(args, []);
  return { references, marked };
}

function problemOf(reference: object, call: unknown, path: unknown): string | null {
  const unknown = Object.keys(reference).find((key) => !referenceKeys.has(key));
  if (unknown !== undefined)
    return `is a reference with an unknown key '${unknown}'; wrap data that has a key '$from' in {"$literal": …}`;
  if (typeof call !== 'string') return "is a reference whose '$from' is not the id of a call";
  if (path === undefined) return null;
  if (typeof path !== 'string') return "is a reference whose 'path' is not text";
  const parsed = parseDataPath(path);
  return typeof parsed === 'string' ? `is a reference whose path is not valid: ${parsed}` : null;
}

/** What a reference can read: the output of a call that succeeded, else how that call ended. */
export interface Referred {
  readonly status: string;
  readonly output: unknown;
}

/**
 * The arguments with every reference replaced by its value. What comes out of an output is data: it is not looked through
 * for references again. A value that is missing is an issue that names call and path.
 */
export function resolveReferences(
  args: unknown,
  read: (call: string) => Referred,
): { readonly value: unknown; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const resolve = (value: unknown, place: Place): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...place, index]));
    if (Object.hasOwn(value, '$literal')) return (value as { $literal: unknown }).$literal;
    if (Object.hasOwn(value, '$from')) return follow(value as { $from: string }, place);
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const resolved = resolve(item, [...place, key]);
      // Plain assignment to this key would set the prototype instead.
      if (key === '__proto__') Object.defineProperty(copy, key, { value: resolved, enumerable: true });
      else copy[key] = resolved;
    }
    return copy;
  };
  const follow = (reference: { $from: string; path?: string; default?: unknown }, place: Place): unknown => {
    const { status, output } = read(reference.$from);
    if (status === 'succeeded') {
      const path = reference.path === undefined ? [] : (parseDataPath(reference.path) as DataPath);
      const value = readDataPath(output, path);
      if (value !== undefined) return value;
    }
    if (Object.hasOwn(reference, 'default')) return resolve(reference.default, [...place, 'default']);
    const what = reference.path === undefined ? 'the output' : `'${reference.path}'`;
    const why = status === 'succeeded' ? 'which is not in its output' : `which is ${status.replace('_', ' ')}`;
    issues.push({
      path: joinPath('arguments', place),
      message: `refers to ${what} of call '${reference.$from}', ${why}`,
    });
    return undefined;
  };
  return { value: resolve(args, []), issues };
}
