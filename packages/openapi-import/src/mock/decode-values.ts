import { effectiveSchema } from '../schema/effective-schema.ts';
import type { References } from '../spec/references.ts';
import type { ApiParameter, Schema } from '../spec/types.ts';

type Node = Schema | boolean | undefined;
export type Pairs = readonly (readonly [string, string])[];

/** Text of a URL or a form as the value that the schema means by it. What does not fit stays a text, for the validator. */
export function valueOfText(text: string, node: Node, references: References): unknown {
  const { type, schema } = effectiveSchema(node, references);
  if (type === 'integer' || type === 'number')
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'array')
    return text === '' ? [] : text.split(',').map((item) => valueOfText(item, schema.items, references));
  return text;
}

/** The value of a query parameter among the pairs, by its style; `undefined` when it is not there. Used names go into `used`. */
export function queryValue(parameter: ApiParameter, pairs: Pairs, references: References, used: Set<string>): unknown {
  const { name = '', style = 'form' } = parameter;
  const content = Object.values(parameter.content ?? {})[0];
  const node = parameter.schema ?? content?.schema;
  const { type, schema } = effectiveSchema(node, references);
  const explode = parameter.explode ?? style === 'form';
  const own = pairs.filter(([key]) => key === name).map(([, value]) => value);
  if (own.length > 0) used.add(name);
  if (content !== undefined) return own[0] === undefined ? undefined : parsed(own[0]);
  if (type === 'array') {
    const item = (text: string) => valueOfText(text, schema.items, references);
    if (style === 'spaceDelimited' || style === 'pipeDelimited')
      return own[0]?.split(style === 'spaceDelimited' ? ' ' : '|').map(item);
    if (style === 'deepObject') return nested(name, pairs, node, references, used);
    if (!explode) return own[0] === undefined ? undefined : own[0].split(',').map(item);
    return own.length === 0 ? undefined : own.map(item);
  }
  if (type === 'object') {
    if (style === 'deepObject') return nested(name, pairs, node, references, used);
    if (!explode) return own[0] === undefined ? undefined : alternating(own[0], schema, references);
    const fields = pairs.filter(([key]) => Object.hasOwn(schema.properties ?? {}, key));
    for (const [key] of fields) used.add(key);
    if (fields.length === 0) return undefined;
    return Object.fromEntries(
      fields.map(([key, value]) => [key, valueOfText(value, schema.properties?.[key], references)]),
    );
  }
  return own[0] === undefined ? undefined : valueOfText(own[0], node, references);
}

function alternating(text: string, schema: Schema, references: References): Record<string, unknown> {
  const parts = text.split(',');
  const result: Record<string, unknown> = {};
  for (let i = 0; i + 1 < parts.length; i += 2)
    result[parts[i] as string] = valueOfText(
      parts[i + 1] as string,
      schema.properties?.[parts[i] as string],
      references,
    );
  return result;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `name[a][b]=1`, `name[]=1`, `name[0]=1` as a value. */
function nested(name: string, pairs: Pairs, node: Node, references: References, used: Set<string>): unknown {
  const own = pairs.filter(([key]) => key.startsWith(`${name}[`));
  for (const [key] of own) used.add(key);
  if (own.length === 0) return undefined;
  return fieldsOf(
    own.map(([key, value]) => [key.slice(name.length), value] as const),
    node,
    references,
  );
}

/** A form's pairs as the object that the schema describes: brackets nest, a name that comes again is a list. */
export function formValue(
  pairs: Pairs,
  node: Node,
  references: References,
  commas: ReadonlySet<string>,
): Record<string, unknown> {
  const { schema } = effectiveSchema(node, references);
  // Some name a field with its brackets.
  const names = new Set(
    pairs.map(([key]) => (Object.hasOwn(schema.properties ?? {}, key) ? key : (key.split('[')[0] as string))),
  );
  const result: Record<string, unknown> = {};
  for (const name of names) {
    const plain = pairs.filter(([key]) => key === name).map(([, value]) => value);
    const child = schema.properties?.[name];
    const { type, schema: field } = effectiveSchema(child, references);
    if (plain.length > 0) {
      const item = (text: string) => valueOfText(text, type === 'array' ? field.items : child, references);
      const split = commas.has(name) && plain.length === 1 ? (plain[0] as string).split(',') : plain;
      result[name] =
        type === 'array' ? split.map(item) : type === 'object' ? parsed(plain[0] as string) : item(plain[0] as string);
    } else {
      const own = pairs
        .filter(([key]) => key.startsWith(`${name}[`))
        .map(([key, value]) => [key.slice(name.length), value] as const);
      result[name] = fieldsOf(own, child, references);
    }
  }
  return result;
}

/** Pairs whose names begin with a bracket. */
function fieldsOf(pairs: Pairs, node: Node, references: References): unknown {
  const { schema } = effectiveSchema(node, references);
  const heads = [...new Set(pairs.map(([key]) => /^\[([^\]]*)\]/.exec(key)?.[1] ?? ''))];
  const isList = heads.every((head) => /^\d*$/.test(head));
  const below = (head: string) =>
    pairs
      .filter(([key]) => key.startsWith(`[${head}]`))
      .map(([key, value]) => [key.slice(head.length + 2), value] as const);
  const valueAt = (own: Pairs, child: Node) =>
    own.every(([key]) => key === '')
      ? valueOfText(own[0]?.[1] as string, child, references)
      : fieldsOf(own, child, references);
  if (isList)
    return heads.flatMap((head) => {
      const own = below(head);
      return head === '' && own.every(([key]) => key === '')
        ? own.map(([, value]) => valueOfText(value, schema.items, references))
        : [valueAt(own, schema.items)];
    });
  return Object.fromEntries(heads.map((head) => [head, valueAt(below(head), schema.properties?.[head])]));
}
