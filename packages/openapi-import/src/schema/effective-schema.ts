import type { References } from '../spec/references.ts';
import type { Schema } from '../spec/types.ts';

/** A schema that says all at its own level: no `$ref`, `allOf`, `anyOf` or `oneOf`. What is below it is as written. */
export interface EffectiveSchema {
  readonly schema: Schema;
  /** The type without `null`; `undefined`: any value. */
  readonly type: string | undefined;
  /** References that were followed to come here, from the outermost. One that comes again is a cycle. */
  readonly trail: readonly string[];
  /** Whether the trail holds a reference twice: what is below has no end. */
  readonly circular: boolean;
}

/** Nesting of `allOf` and variants within one level; past that a description refers to itself. */
const maxMerges = 24;

/**
 * What a schema comes to when one form is wanted: its references followed, its `allOf` joined, and of `anyOf` and `oneOf`
 * the variant that is simplest to give: a plain value before a list before an object.
 */
export function effectiveSchema(
  node: Schema | boolean | undefined,
  references: References,
  trail: readonly string[] = [],
): EffectiveSchema {
  const seen = [...trail];
  let circular = false;
  const follow = (raw: Schema | boolean | undefined, left: number): Schema => {
    if (raw === undefined || raw === null || typeof raw !== 'object' || left === 0) return {};
    if (typeof raw.$ref === 'string') {
      circular ||= seen.includes(raw.$ref);
      seen.push(raw.$ref);
      return circular ? {} : follow(references.resolve(raw), left - 1);
    }
    const { allOf, anyOf, oneOf, ...own } = raw;
    let merged: Schema = own;
    for (const part of asList(allOf)) merged = join(merged, follow(part, left - 1));
    for (const variants of [anyOf, oneOf]) {
      const chosen = choose(asList(variants), merged, (variant) => follow(variant, left - 1), references);
      if (chosen !== undefined) merged = join(merged, chosen);
    }
    return merged;
  };
  const schema = follow(node, maxMerges);
  return { schema, type: typeOf(schema), trail: seen, circular };
}

function asList(value: readonly Schema[] | undefined): readonly Schema[] {
  return Array.isArray(value) ? value : [];
}

function choose(
  variants: readonly Schema[],
  base: Schema,
  follow: (variant: Schema) => Schema,
  references: References,
): Schema | undefined {
  const real = variants.filter((variant) => peek(variant, references)?.type !== 'null');
  const values = real.map((variant) => peek(variant, references));
  // `oneOf: [{ const: a }, { const: b }]` is how 3.1 writes an enum with words to each value.
  if (values.length > 1 && values.every((value) => value?.const !== undefined && typeof value.const !== 'object'))
    return { enum: values.map((value) => value?.const) };
  const baseType = typeOf(base);
  const ranked = real
    .map((variant, index) => ({ variant, index, rank: rankOf(peek(variant, references), baseType) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index);
  return ranked[0] === undefined ? undefined : follow(ranked[0].variant);
}

/** A variant as far as its own level says, without joining what it is made of. */
function peek(variant: Schema, references: References): Schema | undefined {
  const resolved = references.resolve(variant);
  return resolved !== null && typeof resolved === 'object' ? resolved : undefined;
}

const ranks: Readonly<Record<string, number>> = { string: 1, integer: 1, number: 1, boolean: 2, array: 3, object: 4 };

function rankOf(schema: Schema | undefined, baseType: string | undefined): number {
  if (schema === undefined) return 9;
  // `''` is how some take a value away; nobody gives that to begin with.
  if (schema.enum?.length === 1 && schema.enum[0] === '') return 8;
  const type = typeOf(schema);
  if (type !== undefined && baseType !== undefined && type !== baseType) return 9;
  return ranks[type ?? ''] ?? 4;
}

/** The one type that is meant, `null` apart. */
function typeOf(schema: Schema): string | undefined {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.find((one) => one !== 'null') ?? type[0];
  if (schema.properties !== undefined || schema.required !== undefined) return 'object';
  if (schema.items !== undefined) return 'array';
  const value = schema.const ?? schema.enum?.find((one) => one !== null);
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return typeof value;
  if (schema.pattern !== undefined || schema.minLength !== undefined || schema.maxLength !== undefined) return 'string';
  if (schema.format !== undefined && /date|uuid|uri|email/.test(schema.format)) return 'string';
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) return 'object';
  return undefined;
}

function join(a: Schema, b: Schema): Schema {
  const properties =
    a.properties === undefined && b.properties === undefined ? undefined : { ...b.properties, ...a.properties };
  const required = [...new Set([...listOf(a.required), ...listOf(b.required)])];
  const both = (
    pick: (left: number, right: number) => number,
    key: 'minimum' | 'maximum' | 'minLength' | 'maxLength',
  ) => (a[key] !== undefined && b[key] !== undefined ? { [key]: pick(a[key], b[key]) } : {});
  return {
    ...b,
    ...a,
    ...(a.enum !== undefined && b.enum !== undefined && { enum: a.enum.filter((value) => b.enum?.includes(value)) }),
    ...both(Math.max, 'minimum'),
    ...both(Math.min, 'maximum'),
    ...both(Math.max, 'minLength'),
    ...both(Math.min, 'maxLength'),
    ...(properties !== undefined && { properties }),
    ...(required.length > 0 && { required }),
  };
}

function listOf(value: readonly string[] | undefined): readonly string[] {
  // Swagger 2 has a boolean here at times.
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

/** The names an object cannot do without. */
export function requiredOf(schema: Schema): ReadonlySet<string> {
  return new Set(listOf(schema.required));
}

/** Whether a value is bytes: OpenAPI 3.0's `format: binary`, and what 3.1 has in its place. */
export function isBinary(schema: Schema): boolean {
  if (schema.format === 'binary') return true;
  return schema.contentMediaType === 'application/octet-stream' && schema.contentEncoding === undefined;
}
