import { derivedType, isNode, type Node, resolve } from './api-spec.ts';

/** A request holds what the caller writes, an answer what the vendor does. */
export type Direction = 'request' | 'response';

const types = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
const kept = [
  'const',
  'format',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
] as const;

/**
 * A JSON Schema (2020-12) that says of this one value what the OpenAPI schema says of it, and nothing of values unlike it:
 * only what the value has is followed, so that the largest and most circular documents give a small schema without `$ref`.
 *
 * Two things are read leniently, as vendors mean them. `oneOf` asks for one alternative that fits, not for exactly one:
 * their alternatives overlap. In an answer nothing is required: an example is shortened on purpose.
 */
export function schemaForValue(root: Node, schema: unknown, value: unknown, direction: Direction): Node | boolean {
  return convert({ root, direction, within: new Set() }, schema, value);
}

interface Conversion {
  readonly root: Node;
  readonly direction: Direction;
  /** Schemas that this very value is being held against: meeting one again says nothing new. */
  readonly within: ReadonlySet<Node>;
}

function convert(conversion: Conversion, given: unknown, value: unknown): Node | boolean {
  if (typeof given === 'boolean') return given;
  const schema = resolve(conversion.root, given);
  if (conversion.within.has(schema) || (value === null && isNullable(schema))) return true;
  const here = { ...conversion, within: new Set([...conversion.within, schema]) };
  const below = { ...conversion, within: new Set<Node>() };
  const made: Record<string, unknown> = {};
  for (const keyword of kept) if (schema[keyword] !== undefined) made[keyword] = schema[keyword];
  // Some documents know types of their own, such as `file`.
  if ([schema['type']].flat().every((type) => types.has(String(type)))) made['type'] = schema['type'];
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) made['enum'] = schema['enum'];
  // Google's bytes are base64url, which the format of that name does not know.
  if (made['format'] === 'byte') delete made['format'];
  exclusive(schema, made);
  if (typeof schema['pattern'] === 'string' && compiles(schema['pattern'])) made['pattern'] = schema['pattern'];
  if (Array.isArray(value) && schema['items'] !== undefined)
    made['prefixItems'] = value.map((item) => convert(below, schema['items'], item));
  if (isNode(value)) objectKeywords(below, schema, value, made);
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    const parts = alternatives(schema[keyword], value);
    if (parts.length === 0) continue;
    const converted = parts.map((part) => convert(here, part, value));
    made[keyword === 'allOf' ? 'allOf' : 'anyOf'] = converted;
  }
  const derived = derivedType(conversion.root, value);
  if (derived !== null && !here.within.has(derived))
    made['allOf'] = [...((made['allOf'] as unknown[]) ?? []), convert(here, derived, value)];
  return made;
}

/** Null may stand where `nullable` says so, or where one alternative is null itself. */
function isNullable(schema: Node): boolean {
  return schema['nullable'] === true || schema['x-nullable'] === true;
}

/** `{ type: object, nullable: true }` among alternatives is how some generators write null. */
export function alternatives(list: unknown, value: unknown): unknown[] {
  if (!Array.isArray(list)) return [];
  return value === null ? list : list.filter((part) => !standsForNull(part));
}

function standsForNull(part: unknown): boolean {
  if (!isNode(part) || part['nullable'] !== true) return false;
  return Object.keys(part).every((key) => key === 'nullable' || (key === 'type' && part['type'] === 'object'));
}

function objectKeywords(conversion: Conversion, schema: Node, value: Node, made: Record<string, unknown>): void {
  const listed = isNode(schema['properties']) ? schema['properties'] : {};
  const others = schema['additionalProperties'];
  const properties: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (Object.hasOwn(listed, name)) properties[name] = convert(conversion, listed[name], item);
    else if (others !== undefined) properties[name] = convert(conversion, others, item);
  }
  if (Object.keys(properties).length > 0) made['properties'] = properties;
  if (conversion.direction === 'response' || !Array.isArray(schema['required'])) return;
  // What only the vendor writes is required of the vendor.
  made['required'] = schema['required'].filter(
    (name) =>
      typeof name === 'string' && !isAnnotation(name) && resolve(conversion.root, listed[name])['readOnly'] !== true,
  );
}

/** Control information of OData's JSON format (4.0, 4.5), which may stand in any object and is required in none. */
export function isAnnotation(name: string): boolean {
  return name.includes('@odata.');
}

/** OpenAPI 3.0 says with a boolean that a limit itself is out. */
function exclusive(schema: Node, made: Record<string, unknown>): void {
  for (const [keyword, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[keyword] === 'number') made[keyword] = schema[keyword];
    if (schema[keyword] !== true || schema[limit] === undefined) continue;
    made[keyword] = schema[limit];
    delete made[limit];
  }
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') !== null;
  } catch {
    return false;
  }
}
