import type { References } from '../spec/references.ts';
import type { Schema } from '../spec/types.ts';
import { valuesOf } from './argument-schema.ts';
import { type EffectiveSchema, effectiveSchema, requiredOf } from './effective-schema.ts';
import { stringForPattern } from './string-for-pattern.ts';

/** Fields to hold besides the required ones: names, and `[]` for the items of a list. */
export interface Wanted {
  [name: string]: Wanted;
}

export interface SampleOptions {
  readonly references: References;
  /** Of a request, what only answers hold is left out; of a response the other way round. */
  readonly of: 'request' | 'response';
  /** The vendor's examples are not used. */
  readonly withoutExamples?: boolean;
}

const maxDepth = 12;

/**
 * A value that the schema accepts, the same every time: required fields, the wanted ones, and of those the vendor's example
 * where it fits. `undefined` where nothing fits, such as an object that must hold itself.
 */
export function sampleValue(
  effective: EffectiveSchema,
  options: SampleOptions,
  wanted: Wanted = {},
  example?: unknown,
  depth = 0,
): unknown {
  const { schema, type, circular } = effective;
  if (circular || depth > maxDepth) return undefined;
  const given = options.withoutExamples === true ? undefined : (example ?? ownExample(schema));
  if (type === 'object') return sampleObject(effective, options, wanted, given, depth);
  if (type === 'array') return sampleList(effective, options, wanted, given, depth);
  return sampleScalar(schema, type, given);
}

function sampleObject(
  { schema, trail }: EffectiveSchema,
  options: SampleOptions,
  wanted: Wanted,
  example: unknown,
  depth: number,
): unknown {
  const required = requiredOf(schema);
  const examples = isObject(example) ? example : {};
  // Nothing says what it holds but the example.
  const free = schema.properties === undefined && schema.additionalProperties !== false;
  if (free && required.size === 0 && Object.keys(wanted).length === 0 && isSmall(examples)) return examples;
  const result: Record<string, unknown> = {};
  const properties = schema.properties ?? {};
  const hidden = options.of === 'request' ? 'readOnly' : 'writeOnly';
  for (const name of new Set([...required, ...Object.keys(wanted)])) {
    const field = effectiveSchema(
      Object.hasOwn(properties, name) ? properties[name] : additional(schema),
      options.references,
      trail,
    );
    if (field.schema[hidden] === true && options.of === 'request') continue;
    const own = Object.hasOwn(examples, name) ? examples[name] : undefined;
    const value = sampleValue(field, options, Object.hasOwn(wanted, name) ? wanted[name] : {}, own, depth + 1);
    if (value !== undefined) result[name] = value;
    else if (required.has(name)) {
      if (!allowsNull(Object.hasOwn(properties, name) ? properties[name] : undefined, options.references))
        return undefined;
      result[name] = null;
    }
  }
  // An object that may not be empty gets its first fields.
  const least = typeof schema.minProperties === 'number' ? schema.minProperties : 0;
  for (const name of Object.keys(properties)) {
    if (Object.keys(result).length >= least) break;
    if (Object.hasOwn(result, name)) continue;
    const field = effectiveSchema(properties[name], options.references, trail);
    const value = field.schema[hidden] === true ? undefined : sampleValue(field, options, {}, undefined, depth + 1);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function additional({ additionalProperties }: Schema): Schema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function sampleList(
  { schema, trail }: EffectiveSchema,
  options: SampleOptions,
  wanted: Wanted,
  example: unknown,
  depth: number,
): unknown {
  const least = typeof schema.minItems === 'number' ? Math.min(schema.minItems, 20) : 0;
  const examples = Array.isArray(example) ? example : [];
  const wantsItems = Object.hasOwn(wanted, '[]') || (options.of === 'request' && depth === 0);
  const length = Math.max(least, wantsItems && schema.maxItems !== 0 ? 1 : 0);
  const items: unknown[] = [];
  for (let index = 0; index < length; index++) {
    const item = effectiveSchema(schema.items, options.references, trail);
    const value = sampleValue(item, options, wanted['[]'] ?? {}, examples[index] ?? examples[0], depth + 1);
    if (value === undefined) return least > 0 ? undefined : [];
    items.push(value);
  }
  return items;
}

function ownExample(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  return schema.default ?? undefined;
}

const byFormat: Readonly<Record<string, string>> = {
  date: '2026-03-02',
  'date-time': '2026-03-02T09:30:00Z',
  time: '09:30:00Z',
  duration: 'PT30M',
  email: 'ada@example.com',
  'idn-email': 'ada@example.com',
  hostname: 'www.example.com',
  ipv4: '203.0.113.7',
  ipv6: '2001:db8::7',
  uri: 'https://www.example.com/a',
  url: 'https://www.example.com/a',
  'uri-reference': '/a',
  uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  byte: 'ZXhhbXBsZQ==',
  phone: '+12025550123',
  currency: 'USD',
};

function sampleScalar(schema: Schema, type: string | undefined, example: unknown): unknown {
  if (schema.const !== undefined) return schema.const;
  const values = valuesOf(schema, type);
  if (values !== undefined) return values.includes(example) ? example : values[0];
  if (type === 'boolean') return typeof example === 'boolean' ? example : true;
  if (type === 'integer' || type === 'number') return sampleNumber(schema, type, example);
  if (type === 'string') return sampleString(schema, example);
  return example ?? 'example';
}

function sampleNumber(schema: Schema, type: 'integer' | 'number', example: unknown): number | undefined {
  const given = typeof example === 'string' && example.trim() !== '' ? Number(example) : example;
  const step =
    typeof schema.multipleOf === 'number' && schema.multipleOf > 0 ? schema.multipleOf : type === 'integer' ? 1 : 0;
  const least = Math.max(
    numberOr(schema.minimum, Number.NEGATIVE_INFINITY),
    numberOr(schema.exclusiveMinimum, Number.NEGATIVE_INFINITY) + (step || Number.EPSILON),
  );
  const most = Math.min(
    numberOr(schema.maximum, Number.POSITIVE_INFINITY),
    numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY) - (step || Number.EPSILON),
  );
  const fits = (value: unknown): value is number =>
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= least &&
    value <= most &&
    (step === 0 || Math.abs(value / step - Math.round(value / step)) < 1e-9);
  const candidates = [
    given,
    1,
    10,
    100,
    step * 2,
    step === 0 ? least : Math.ceil(least / step) * step,
    step === 0 ? most : Math.floor(most / step) * step,
    0,
  ];
  return candidates.find(fits);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function sampleString(schema: Schema, example: unknown): string | undefined {
  const least = numberOr(schema.minLength, 0);
  const most = numberOr(schema.maxLength, Number.POSITIVE_INFINITY);
  if (least > 2_000) return undefined;
  const expression = patternOf(schema);
  const fits = (text: unknown): boolean =>
    typeof text === 'string' &&
    text.length >= least &&
    text.length <= most &&
    (expression === undefined || expression.test(text)) &&
    fitsFormat(text, schema.format);
  // Examples are given as dates and numbers in YAML, and at times run on for pages.
  if (typeof example === 'string' && fits(example) && example.length <= 300 && example !== '') return example;
  if (expression !== undefined) {
    const made = stringForPattern(schema.pattern as string, least);
    return fits(made) ? made : undefined;
  }
  const base = byFormat[schema.format ?? ''] ?? (schema.contentEncoding === 'base64' ? 'ZXhhbXBsZQ==' : 'example');
  if (fits(base)) return base;
  return base
    .repeat(Math.ceil(Math.max(1, least) / base.length))
    .slice(0, Math.max(least, Math.min(most, base.length)));
}

function patternOf({ pattern }: Schema): RegExp | undefined {
  if (typeof pattern !== 'string' || pattern.length > 1_000) return undefined;
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // Some patterns are written for other languages.
    }
  }
  return undefined;
}

const formatShapes: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)$/,
  'date-time': /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)T[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  email: /^[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i,
  uri: /^https?:\/\/[^\s{}<>"|\\^`]+$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
};

/** Formats are checked as strictly as whoever checks most strictly. */
function fitsFormat(text: string, format: string | undefined): boolean {
  if (format === undefined || byFormat[format] === text) return true;
  if (Object.hasOwn(formatShapes, format)) return (formatShapes[format] as RegExp).test(text);
  return byFormat[format] === undefined || ['phone', 'currency', 'byte', 'url'].includes(format);
}

function allowsNull(node: Schema | boolean | undefined, references: References): boolean {
  if (node === undefined || typeof node === 'boolean') return true;
  const resolved = references.resolve(node);
  if (resolved === undefined) return true;
  const { type, anyOf, oneOf } = resolved;
  if (Array.isArray(type) ? type.includes('null') : type === 'null') return true;
  return [...(anyOf ?? []), ...(oneOf ?? [])].some((variant) => references.resolve(variant)?.type === 'null');
}

/** Short enough to stand in an example, and not nested without need. */
function isSmall(value: Record<string, unknown>): boolean {
  const names = Object.keys(value);
  return names.length > 0 && !names.includes('__proto__') && JSON.stringify(value).length <= 600;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
