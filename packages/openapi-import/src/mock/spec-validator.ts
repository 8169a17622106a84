import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { References } from '../spec/references.ts';
import type { Schema } from '../spec/types.ts';

/** Says what is wrong with a value by a schema as it stands in the description; `null` when nothing is. */
export type SpecValidator = (schema: Schema, value: unknown, name: string) => string | null;

const subschemas = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else']);
const lists = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const maps = new Set(['properties', 'patternProperties']);
const plain = new Set(
  'type enum const format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems minProperties maxProperties'.split(
    ' ',
  ),
);

/**
 * Validates by the description's own schemas, each reference followed by the validator: nothing here is what the importer
 * made of them. Three things do not count: patterns that are no JavaScript; OData's `required: ['@odata.type']`, which its
 * services do not ask for; and a `token` among the fields of a body, which goes where the credential goes.
 */
export function specValidator(references: References): SpecValidator {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    validateSchema: false,
    meta: false,
    inlineRefs: false,
    unicodeRegExp: false,
  });
  // The package is CommonJS: its function is the `default` of the namespace Node gives.
  (addFormats as unknown as { default: (target: Ajv2020) => void }).default(ajv);
  const ids = new Map<string, string>();
  const compiled = new WeakMap<Schema, ReturnType<Ajv2020['compile']>>();

  /** A copy with what counts, whose references are schemas of their own: descriptions refer in circles. */
  function counted(schema: unknown, waiting: string[]): unknown {
    if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return schema === false ? false : {};
    // What stands beside a reference did not count before OpenAPI 3.1, and the descriptions of most vendors are older.
    if ('$ref' in schema && typeof schema.$ref === 'string') return { $ref: idOf(schema.$ref, waiting) };
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (subschemas.has(key)) result[key] = typeof value === 'boolean' ? value : counted(value, waiting);
      else if (lists.has(key) && Array.isArray(value)) result[key] = value.map((child) => counted(child, waiting));
      else if (maps.has(key) && value !== null && typeof value === 'object')
        result[key] = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, counted(child, waiting)]));
      else if (key === 'required' && Array.isArray(value)) result[key] = [...new Set(value.filter(isAskedFor))];
      else if (key === 'pattern' && isExpression(value)) result[key] = value;
      else if (plain.has(key)) result[key] = value;
    }
    return result;
  }

  function idOf(reference: string, waiting: string[]): string {
    let id = ids.get(reference);
    if (id === undefined) {
      id = `spec:${ids.size}`;
      ids.set(reference, id);
      waiting.push(reference);
    }
    return id;
  }

  return (schema, value, name) => {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      const waiting: string[] = [];
      const root = counted(schema, waiting) as object;
      for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
        const target = references.resolve<Schema>({ $ref: reference });
        ajv.addSchema(counted(target ?? {}, waiting) as object, ids.get(reference) as string);
      }
      validate = ajv.compile(root);
      compiled.set(schema, validate);
    }
    return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: name });
  };
}

function isAskedFor(name: unknown): boolean {
  return typeof name === 'string' && !name.startsWith('@') && name !== 'token';
}

function isExpression(source: unknown): boolean {
  try {
    return typeof source === 'string' && new RegExp(source) !== null;
  } catch {
    return false;
  }
}
