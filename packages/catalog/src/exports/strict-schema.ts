import type { ObjectSchema } from '../input-schema.ts';

/** What strict modes of model APIs constrain sampling by; everything else is told in the description. */
const kept = new Set([
  'type',
  'title',
  'description',
  'enum',
  'const',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
]);
const formats = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']);

type Schema = Record<string, unknown>;

/**
 * The schema within the subset that strict sampling takes, or `undefined` when it has no equal there: free-form objects,
 * references, untyped values. Limits outside the subset move into the description. `nullable`: optional fields become
 * required and may be null (OpenAI), which an execution reads as left out.
 */
export function strictSchema(schema: ObjectSchema, optional: 'omit' | 'nullable'): Schema | undefined {
  try {
    return strictObject(schema as unknown as Schema, optional);
  } catch (error) {
    if (error instanceof DoesNotFit) return undefined;
    throw error;
  }
}

class DoesNotFit extends Error {}

function strictObject(schema: Schema, optional: 'omit' | 'nullable'): Schema {
  const properties = schema['properties'];
  if (properties === undefined || schema['additionalProperties'] !== false) throw new DoesNotFit();
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  const entries = Object.entries(properties as Record<string, Schema>).map(([name, child]): [string, Schema] => {
    const strict = strictValue(child, optional);
    return [name, optional === 'nullable' && !required.has(name) ? nullable(strict) : strict];
  });
  return {
    ...describe(schema),
    type: 'object',
    properties: Object.fromEntries(entries),
    required: optional === 'nullable' ? entries.map(([name]) => name) : [...required],
    additionalProperties: false,
  };
}

function strictValue(schema: Schema, optional: 'omit' | 'nullable'): Schema {
  if (['$ref', 'allOf', 'oneOf', 'not', 'prefixItems', 'patternProperties'].some((keyword) => keyword in schema))
    throw new DoesNotFit();
  if (Array.isArray(schema['anyOf'])) {
    return { ...describe(schema), anyOf: schema['anyOf'].map((child) => strictValue(child as Schema, optional)) };
  }
  const { type } = schema;
  if (type === 'object') return strictObject(schema, optional);
  if (type === undefined && schema['enum'] === undefined && schema['const'] === undefined) throw new DoesNotFit();
  const result: Schema = { ...describe(schema) };
  for (const keyword of ['type', 'enum', 'const']) if (keyword in schema) result[keyword] = schema[keyword];
  if (formats.has(schema['format'] as string)) result['format'] = schema['format'];
  if (type === 'array') {
    if (schema['items'] === null || typeof schema['items'] !== 'object') throw new DoesNotFit();
    result['items'] = strictValue(schema['items'] as Schema, optional);
    if (schema['minItems'] === 0 || schema['minItems'] === 1) result['minItems'] = schema['minItems'];
  }
  return result;
}

/** The description with the limits that strict sampling does not know, such as `(maxLength: 80)`. */
function describe(schema: Schema): Schema {
  const limits = Object.entries(schema).filter(([keyword, value]) => {
    if (kept.has(keyword) || keyword === 'examples') return false;
    if (keyword === 'format') return !formats.has(value as string);
    return !(keyword === 'minItems' && (value === 0 || value === 1));
  });
  const told = limits.map(([keyword, value]) => `${keyword}: ${JSON.stringify(value)}`).join(', ');
  const text = [schema['description'], told === '' ? undefined : `(${told})`]
    .filter((part) => part !== undefined)
    .join(' ');
  const result: Schema = {};
  if (schema['title'] !== undefined) result['title'] = schema['title'];
  if (text !== '') result['description'] = text;
  return result;
}

function nullable(schema: Schema): Schema {
  const { type, enum: values } = schema;
  if (typeof type !== 'string' || 'const' in schema || 'anyOf' in schema || type === 'object') {
    const { description, ...rest } = schema;
    return { ...(description === undefined ? {} : { description }), anyOf: [rest, { type: 'null' }] };
  }
  if (type === 'null') return schema;
  return { ...schema, type: [type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) };
}

/** Arguments as a strict sampler writes them under `nullable`: null for each optional one that is left out. */
export function nullsForLeftOut(value: Record<string, unknown>, schema: ObjectSchema): Record<string, unknown> {
  return filled(value, schema as unknown as Schema) as Record<string, unknown>;
}

function filled(value: unknown, schema: Schema): unknown {
  const { properties, items } = schema;
  if (Array.isArray(value)) return items === undefined ? value : value.map((item) => filled(item, items as Schema));
  if (value === null || typeof value !== 'object' || properties === undefined) return value;
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(properties as Record<string, Schema>).map(([name, child]) => [
      name,
      Object.hasOwn(given, name) ? filled(given[name], child) : null,
    ]),
  );
}
