import { isNode, type Node, nodesOf, resolve } from '../spec/api-spec.ts';
import { nested, type Pair } from './pairs.ts';

/** How a parameter, or a field of a form, writes what is more than one value. */
export interface Style {
  readonly style: string;
  readonly explode: boolean;
}

/** OpenAPI's own defaults: `form` in the query and in forms, `simple` in path and header; only `form` explodes by itself. */
export function styleOf(node: Node, defaultStyle = 'form'): Style {
  const style = typeof node['style'] === 'string' ? node['style'] : defaultStyle;
  return { style, explode: typeof node['explode'] === 'boolean' ? node['explode'] : style === 'form' };
}

/** What a value of the schema is on the wire: of several alternatives, the one that is more than a scalar. */
export function kindOf(root: Node, given: unknown, depth = 0): 'array' | 'object' | 'scalar' {
  const schema = resolve(root, given);
  const types = [schema['type']].flat();
  if (types.includes('array') || schema['items'] !== undefined) return 'array';
  if (types.includes('object') || isNode(schema['properties'])) return 'object';
  if (depth > 5) return 'scalar';
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => nodesOf(root, schema[keyword]));
  const kinds = parts.map((part) => kindOf(root, part, depth + 1));
  return kinds.find((kind) => kind !== 'scalar') ?? 'scalar';
}

/** Pairs that belong to a name: `ids`, `ids[0]`, and for an exploded object the names of its properties. */
export function pairsOf(
  root: Node,
  name: string,
  schema: unknown,
  { style, explode }: Style,
  pairs: readonly Pair[],
): Pair[] {
  const own = pairs.filter((pair) => pair.name === name || pair.name.startsWith(`${name}[`));
  if (own.length > 0 || style !== 'form' || !explode || kindOf(root, schema) !== 'object') return own;
  const properties = resolve(root, schema)['properties'];
  return isNode(properties) ? pairs.filter((pair) => Object.hasOwn(properties, pair.name)) : [];
}

/**
 * The value that pairs of one name have by the style that the vendor's document names, with scalars as text, or
 * `undefined` where they are written in another style.
 */
export function wireValue(root: Node, name: string, schema: unknown, how: Style, own: readonly Pair[]): unknown {
  const kind = kindOf(root, schema);
  const plain = own.filter((pair) => pair.name === name);
  const bracketed = own.filter((pair) => pair.name.startsWith(`${name}[`)).length;
  if (how.style === 'deepObject') {
    // Alternatives such as an empty text to unset a list are written plainly.
    if (bracketed === 0) return plain.length === 1 ? plain[0]?.value : undefined;
    return plain.length > 0 ? undefined : nested(name, own);
  }
  if (kind === 'object') {
    if (how.explode && plain.length === 0 && bracketed === 0)
      return Object.fromEntries(own.map((pair) => [pair.name, pair.value]));
    return bracketed > 0 || plain.length !== 1 ? undefined : json(plain[0]?.value);
  }
  if (bracketed > 0) return undefined;
  if (kind === 'scalar') return plain.length === 1 ? plain[0]?.value : undefined;
  if (how.explode) return plain.map((pair) => pair.value);
  if (plain.length !== 1) return undefined;
  const separator = how.style === 'spaceDelimited' ? ' ' : how.style === 'pipeDelimited' ? '|' : ',';
  return (plain[0]?.value ?? '').split(separator);
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
