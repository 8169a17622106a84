import type { Complain } from './decode-pairs.ts';
import type { Field } from './fields.ts';

/** The declared shape of a body: fields at the leaves, nesting above them. */
export interface BodyTree {
  readonly children: Map<string, BodyTree>;
  field: Field | null;
}

export function bodyTree(fields: readonly Field[], allowed: readonly (readonly string[])[]): BodyTree {
  const root: BodyTree = { children: new Map(), field: null };
  const leafAt = (path: readonly string[]): BodyTree =>
    path.reduce<BodyTree>((node, step) => {
      const known = node.children.get(step);
      if (known !== undefined) return known;
      const made: BodyTree = { children: new Map(), field: null };
      node.children.set(step, made);
      return made;
    }, root);
  for (const field of fields) leafAt(field.path).field = field;
  for (const path of allowed) leafAt(path);
  return root;
}

/** Decodes a JSON body into arguments and complains of every member that no parameter puts there. */
export function decodeJson(
  body: unknown,
  tree: BodyTree,
  into: Record<string, unknown>,
  complain: Complain,
  at = '',
): void {
  const place = at === '' ? 'body' : at;
  if (typeof body !== 'object' || body === null) return complain(place, 'must be a JSON object');
  if (Array.isArray(body)) return decodeArray(body, tree, into, complain, place);
  for (const [key, value] of Object.entries(body)) {
    const path = at === '' ? key : `${at}.${key}`;
    const node = tree.children.get(key);
    if (node === undefined) complain(path, 'is not a parameter of this call');
    else decodeMember(value, node, into, complain, path);
  }
}

function decodeMember(
  value: unknown,
  node: BodyTree,
  into: Record<string, unknown>,
  complain: Complain,
  path: string,
): void {
  const { field, children } = node;
  if (field === null) {
    if (children.size > 0) decodeJson(value, node, into, complain, path);
    return;
  }
  if (children.size === 0 || typeof value !== 'object' || value === null) {
    into[field.argument] = value;
    return;
  }
  // One parameter fills the object and others stand inside it: each takes its own members.
  const members = Object.entries(value);
  const own = members.filter(([name]) => !children.has(name));
  decodeJson(Object.fromEntries(members.filter(([name]) => children.has(name))), node, into, complain, path);
  if (own.length > 0) into[field.argument] = Object.fromEntries(own);
}

/** `[0]` is a place in the list; `[]` gathers one value of each item into a list argument. */
function decodeArray(
  items: readonly unknown[],
  tree: BodyTree,
  into: Record<string, unknown>,
  complain: Complain,
  at: string,
): void {
  const spread = tree.children.get('[]');
  if (spread?.field) {
    into[spread.field.argument] = items;
    return;
  }
  const gathered = new Map<string, unknown[]>();
  for (const [index, item] of items.entries()) {
    const path = `${at}[${index}]`;
    const node = spread ?? tree.children.get(`[${index}]`);
    if (node === undefined) complain(path, 'is not a parameter of this call');
    else if (spread === undefined) decodeMember(item, node, into, complain, path);
    else {
      const values: Record<string, unknown> = {};
      decodeJson(item, spread, values, complain, path);
      if (Object.keys(values).length === 0) complain(path, 'lacks its value');
      for (const [argument, value] of Object.entries(values))
        gathered.set(argument, [...(gathered.get(argument) ?? []), value]);
    }
  }
  for (const [argument, values] of gathered) into[argument] = values;
  if (spread !== undefined && items.length === 0) for (const field of fieldsBelow(spread)) into[field.argument] = [];
}

function fieldsBelow(tree: BodyTree): Field[] {
  return [...tree.children.values()].flatMap((child) => [
    ...(child.field === null ? [] : [child.field]),
    ...fieldsBelow(child),
  ]);
}
