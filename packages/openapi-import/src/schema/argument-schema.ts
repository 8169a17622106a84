import { isSupportedFormat, patternProblem } from '@patchbay/catalog';
import type { References } from '../spec/references.ts';
import type { Schema } from '../spec/types.ts';
import { type EffectiveSchema, effectiveSchema, requiredOf } from './effective-schema.ts';
import { plainText, shorten } from './plain-text.ts';

export type PlainSchema = Record<string, unknown>;

export interface SchemaLimits {
  /** Levels of objects and lists below the argument. */
  readonly depth: number;
  /** Characters of each description. */
  readonly words: number;
  /** Fields of a nested object that are not required. */
  readonly optional: number;
}

/** From what reads best to what fits where nothing else does. */
export const schemaLimits: readonly SchemaLimits[] = [
  { depth: 3, words: 200, optional: 12 },
  { depth: 3, words: 120, optional: 6 },
  { depth: 2, words: 80, optional: 3 },
  { depth: 2, words: 60, optional: 0 },
  { depth: 1, words: 60, optional: 0 },
  { depth: 0, words: 60, optional: 0 },
];

const maxEnum = 40;

/**
 * JSON Schema 2020-12 of one argument without references: only what the argument needs, as deep as the limits say. What is
 * deeper, or leads back into itself, becomes a free object that says so.
 */
export function argumentSchema(effective: EffectiveSchema, references: References, limits: SchemaLimits): PlainSchema {
  return plain(effective, references, limits, limits.depth);
}

function plain(
  { schema, type, trail, circular }: EffectiveSchema,
  references: References,
  limits: SchemaLimits,
  depth: number,
): PlainSchema {
  const described = shorten(plainText(schema.description ?? schema.title), limits.words);
  const description = described === '' ? {} : { description: described };
  if (circular) return { type: 'object', description: 'A further object of the same kind, with any fields.' };
  if (type === 'object') {
    if (depth === 0 && schema.properties !== undefined)
      return {
        type: 'object',
        description: described === '' ? 'An object; its fields are in the API reference.' : described,
      };
    return { type: 'object', ...description, ...fieldsOf(schema, trail, references, limits, depth) };
  }
  if (type === 'array') {
    const item = effectiveSchema(schema.items, references, trail);
    const items =
      depth === 0 && item.type === 'object'
        ? { type: 'object' }
        : plain(item, references, limits, depth - (item.type === 'object' || item.type === 'array' ? 1 : 0));
    return { type: 'array', ...description, items, ...counts(schema, ['minItems', 'maxItems']) };
  }
  return { ...scalarSchema(schema, type), ...description };
}

function fieldsOf(
  schema: Schema,
  trail: readonly string[],
  references: References,
  limits: SchemaLimits,
  depth: number,
): PlainSchema {
  const required = requiredOf(schema);
  const properties: Record<string, PlainSchema> = {};
  let room = limits.optional;
  for (const [name, node] of Object.entries(schema.properties ?? {})) {
    if (['__proto__', 'constructor', 'prototype'].includes(name)) continue;
    const field = effectiveSchema(node, references, trail);
    const needed = required.has(name) && field.schema.readOnly !== true;
    if (!needed && (room <= 0 || field.circular || field.schema.readOnly === true || field.schema.deprecated === true))
      continue;
    if (!needed) room -= 1;
    properties[name] = plain(field, references, limits, depth - 1);
  }
  const names = [...required].filter((name) => Object.hasOwn(properties, name));
  const some = Object.keys(properties).length > 0;
  return { ...(some && { properties }), ...(names.length > 0 && { required: names }) };
}

/** Type and bounds of a value that is neither object nor list, as far as they are sound. */
function scalarSchema(schema: Schema, type: string | undefined): PlainSchema {
  const result: PlainSchema = {};
  const known = type !== undefined && ['string', 'integer', 'number', 'boolean'].includes(type);
  if (known) result['type'] = type;
  const values = valuesOf(schema, type);
  if (values !== undefined && values.length <= maxEnum) result['enum'] = values;
  if (type === 'string') {
    if (schema.format !== undefined && isSupportedFormat(schema.format)) result['format'] = schema.format;
    if (typeof schema.pattern === 'string' && patternProblem(schema.pattern) === undefined)
      result['pattern'] = schema.pattern;
    Object.assign(result, counts(schema, ['minLength', 'maxLength']));
  }
  if (type === 'integer' || type === 'number') {
    for (const key of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const)
      if (typeof schema[key] === 'number') result[key] = schema[key];
    if (typeof schema.multipleOf === 'number' && schema.multipleOf > 0) result['multipleOf'] = schema.multipleOf;
  }
  return result;
}

/** The values a schema lists, `null` apart, that have the type. */
export function valuesOf(schema: Schema, type: string | undefined): unknown[] | undefined {
  const listed = schema.const !== undefined ? [schema.const] : schema.enum;
  if (!Array.isArray(listed)) return undefined;
  const wanted = type === 'integer' ? 'number' : type;
  const values = listed.filter((value) => value !== null && (wanted === undefined || typeof value === wanted));
  return values.length === 0 ? undefined : [...new Set(values)];
}

function counts(schema: Schema, keys: readonly ('minItems' | 'maxItems' | 'minLength' | 'maxLength')[]): PlainSchema {
  const sound = keys.filter((key) => Number.isSafeInteger(schema[key]) && (schema[key] as number) >= 0);
  return Object.fromEntries(sound.map((key) => [key, schema[key]]));
}
