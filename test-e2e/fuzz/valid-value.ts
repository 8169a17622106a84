import type { Schema } from './openapi-types.ts';
import type { Random } from './random.ts';
import { stringOfPattern } from './string-of-pattern.ts';

export interface ValueTerms {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly random: Random;
  /** Values that there really are, by the name of the field. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

/** Depth below which only what is required is made. */
const shallow = 3;
const deepest = 12;
const texts = [
  '',
  'a',
  'Ada Lovelace',
  'naïve café',
  '日本語',
  '👩‍💻',
  'ظل',
  "O'Hara; -- ",
  '<b>x</b>',
  '{{x}}',
  '../..',
  'x'.repeat(300),
];

/** A value that the schema takes, as far as a schema alone tells. */
export function validValue(schema: Schema, terms: ValueTerms, name = '', depth = 0): unknown {
  const { random, schemas, known } = terms;
  const own = known[name];
  if (own !== undefined && own.length > 0 && isTextual(schema, schemas) && random.chance(0.7)) return random.pick(own);
  if (schema.$ref !== undefined) return validValue(resolve(schema, schemas), terms, name, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const simple = choices.filter((one) => !isHeavy(one));
    return validValue(random.pick(depth > shallow && simple.length > 0 ? simple : choices), terms, name, depth + 1);
  }
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((one) => validValue(one, terms, name, depth + 1)));
  const type = Array.isArray(schema.type)
    ? random.pick(schema.type)
    : (schema.type ?? (schema.properties ? 'object' : undefined));
  switch (type) {
    case 'object':
      return validObject(schema, terms, depth);
    case 'array': {
      if (schema.prefixItems !== undefined)
        return schema.prefixItems.map((one) => validValue(one, terms, name, depth + 1));
      const least = schema.minItems ?? 0;
      const most = depth > deepest ? least : Math.min(schema.maxItems ?? 3, Math.max(least, 3));
      return Array.from({ length: random.int(least, most) }, () =>
        validValue(schema.items ?? {}, terms, name, depth + 1),
      );
    }
    case 'string':
      return validText(schema, random);
    case 'integer':
    case 'number':
      return validNumber(schema, type, random);
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    default:
      return random.pick<unknown>([null, true, 7, -1.5, 'text', [], {}, { a: [1, { b: null }] }]);
  }
}

function validObject(schema: Schema, terms: ValueTerms, depth: number): Record<string, unknown> {
  const { random } = terms;
  const required = new Set(schema.required ?? []);
  const made: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!required.has(name) && (depth > shallow || !random.chance(0.35))) continue;
    made[name] = validValue(property, terms, name, depth + 1);
  }
  const more = schema.additionalProperties;
  if (typeof more === 'object' && depth < deepest)
    for (let left = random.int(0, 2); left > 0; left--) {
      const name =
        schema.propertyNames === undefined
          ? random.pick(['a', 'channel', 'x-y'])
          : validValue(schema.propertyNames, terms);
      made[String(name)] = validValue(more, terms, '', depth + 1);
    }
  return made;
}

function validText({ minLength = 0, maxLength = 400, pattern, format }: Schema, random: Random): string {
  if (format === 'date-time')
    return new Date(Date.UTC(2026, random.int(0, 11), random.int(1, 28), random.int(0, 23))).toISOString();
  if (format === 'uri' || format === 'url')
    return random.pick(['https://hooks.example.com', 'https://example.com/a?b=c', 'http://127.0.0.1:1/x']);
  if (pattern !== undefined) return stringOfPattern(pattern, random);
  const text = random.pick(texts.filter(({ length }) => length >= minLength && length <= maxLength));
  return text ?? 'x'.repeat(minLength);
}

function validNumber({ minimum, maximum, exclusiveMinimum }: Schema, type: string, random: Random): number {
  const least =
    minimum ?? (exclusiveMinimum === undefined ? -1_000 : exclusiveMinimum + (type === 'integer' ? 1 : 0.001));
  const most = Math.max(least, maximum ?? least + 2_000);
  if (random.chance(0.2)) return random.pick([least, most]);
  // Mostly small: the largest deadlines and pages tell nothing that smaller ones do not.
  const upTo = random.chance(0.8) ? Math.min(most, least + 100) : most;
  return type === 'integer' ? random.int(Math.ceil(least), Math.floor(upTo)) : least + random.next() * (upTo - least);
}

function resolve(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  return schema.$ref === undefined ? schema : (schemas[schema.$ref.slice('#/components/schemas/'.length)] ?? {});
}

function isTextual(schema: Schema, schemas: Readonly<Record<string, Schema>>): boolean {
  const { type, anyOf, enum: listed } = resolve(schema, schemas);
  return listed === undefined && (type === 'string' || anyOf?.some((one) => isTextual(one, schemas)) === true);
}

const isHeavy = ({ $ref, type, properties }: Schema) =>
  $ref !== undefined || type === 'object' || type === 'array' || properties !== undefined;
