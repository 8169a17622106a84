import { derivedType, isNode, type Node, resolve } from './api-spec.ts';
import { alternatives, isAnnotation } from './schema-for-value.ts';

/**
 * Fields of a value that its schema does not know: it lists properties, does not say that there may be others, and has no
 * such one. JSON Schema would let them pass; a vendor's document that lists a body's fields means that these are all, and
 * a wrong name is what hand-written documents get wrong. Paths such as `line_items[0].prise`.
 */
export function unknownFields(root: Node, schema: unknown, value: unknown, path = ''): string[] {
  return walk(root, [schema], value, path);
}

/** What may be said of one value in several schemas at once, as with `allOf`. */
function walk(root: Node, schemas: readonly unknown[], value: unknown, path: string): string[] {
  const parts = schemas.flatMap((schema) => flatten(root, schema, value, new Set()));
  if (Array.isArray(value)) {
    const items = parts.map((part) => part['items']).filter((item) => item !== undefined);
    return value.flatMap((item, index) => walk(root, items, item, `${path}[${index}]`));
  }
  if (!isNode(value)) return [];
  const listing = parts.filter((part) => isNode(part['properties']));
  const isOpen = parts.some((part) => isFree(part) || takesOthers(part));
  return Object.entries(value).flatMap(([name, item]) => {
    const below = path === '' ? name : `${path}.${name}`;
    const own = listing.flatMap(({ properties }) =>
      isNode(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [],
    );
    if (own.length > 0) return walk(root, own, item, below);
    const others = parts.map((part) => part['additionalProperties']).filter(isNode);
    if (isOpen) return walk(root, others, item, below);
    return listing.length > 0 && !isAnnotation(name) ? [below] : [];
  });
}

/** A schema with all that it is put together of. */
function flatten(root: Node, given: unknown, value: unknown, seen: ReadonlySet<Node>): Node[] {
  const schema = resolve(root, given);
  if (seen.has(schema)) return [];
  const further = new Set([...seen, schema]);
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => alternatives(schema[keyword], value));
  const derived = derivedType(root, value);
  if (derived !== null) parts.push(derived);
  return [schema, ...parts.flatMap((part) => flatten(root, part, value, further))];
}

/** An object of which nothing is said. */
function isFree(schema: Node): boolean {
  const says = ['properties', 'allOf', 'anyOf', 'oneOf', 'additionalProperties', '$ref'];
  return schema['type'] === 'object' && says.every((keyword) => schema[keyword] === undefined);
}

function takesOthers(schema: Node): boolean {
  const others = schema['additionalProperties'];
  return others === true || isNode(others) || schema['patternProperties'] !== undefined;
}
