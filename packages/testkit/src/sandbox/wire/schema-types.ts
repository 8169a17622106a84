/** JSON Schema as the sandbox reads it. */
export type Schema = { readonly [keyword: string]: unknown };

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The type a value has in JSON Schema's words. */
function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** Types a schema allows; empty when it does not say. */
export function typesOf(schema: Schema): Set<string> {
  const types = new Set<string>();
  const { type, enum: values, anyOf, oneOf } = schema;
  if (typeof type === 'string') types.add(type);
  else if (Array.isArray(type)) for (const one of type) types.add(String(one));
  if (types.size > 0) return types;
  if ('const' in schema) types.add(typeOfValue(schema.const));
  if (Array.isArray(values)) for (const value of values) types.add(typeOfValue(value));
  for (const branch of [...listOf(anyOf), ...listOf(oneOf)]) for (const one of typesOf(branch)) types.add(one);
  if (types.size === 0 && isSchema(schema.properties)) types.add('object');
  if (types.size === 0 && schema.items !== undefined) types.add('array');
  return types;
}

function listOf(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

export function itemsOf(schema: Schema): Schema {
  return isSchema(schema.items) ? schema.items : {};
}

/** The schema of a property, whichever branch of the schema declares it; null when none does. */
export function propertyOf(schema: Schema, name: string): Schema | null {
  if (isSchema(schema.properties) && Object.hasOwn(schema.properties, name)) {
    const found = schema.properties[name];
    return isSchema(found) ? found : {};
  }
  for (const branch of [...listOf(schema.anyOf), ...listOf(schema.oneOf), ...listOf(schema.allOf)]) {
    const found = propertyOf(branch, name);
    if (found !== null) return found;
  }
  return null;
}

export function propertyNames(schema: Schema): string[] {
  return isSchema(schema.properties) ? Object.keys(schema.properties) : [];
}

/** A schema that leads the decoding of a fixed value's text back to that value. */
export function schemaOfConstant(value: unknown): Schema {
  if (Array.isArray(value)) return { type: 'array', items: value.length === 0 ? {} : schemaOfConstant(value[0]) };
  if (isSchema(value)) {
    return {
      type: 'object',
      properties: Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaOfConstant(inner)])),
    };
  }
  return { type: typeOfValue(value) };
}
