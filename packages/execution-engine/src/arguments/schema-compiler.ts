import type { Issue } from '@patchbay/contracts';
import { joinPath } from '@patchbay/contracts';
import type { Format, ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { JsonSchema } from './input-schema.ts';
import { compilePattern } from './linear-pattern.ts';

/** Longest text that a format is checked on. Formats are regular expressions of a library, run by a backtracking engine. */
const maxFormatLength = 10_000;

// `strict: false`: documents hold keywords of other tools, which JSON Schema says to ignore.
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  logger: false,
  addUsedSchema: false,
  code: { regExp: Object.assign(linear, { code: 'linear' }) },
});
for (const [name, format] of Object.entries(fullFormats)) ajv.addFormat(name, bounded(format));

// The built-in keyword compares every pair of objects: with a long list that is a hang.
ajv.removeKeyword('uniqueItems');
ajv.addKeyword({
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  validate: (wanted: boolean, items: unknown[]) => !wanted || allDiffer(items),
});

function allDiffer(items: readonly unknown[]): boolean {
  return new Set(items.map((item) => JSON.stringify(item, sortKeys))).size === items.length;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function linear(source: string): { test: (text: string) => boolean; code?: string } {
  const pattern = compilePattern(source);
  if (typeof pattern === 'string') throw new SyntaxError(pattern);
  return pattern;
}

function bounded(format: Format): Format {
  if (typeof format === 'boolean' || typeof format === 'string') return format;
  const [check, rest] =
    format instanceof RegExp || typeof format === 'function'
      ? [format, {}]
      : [format.validate as RegExp | ((text: string) => boolean), format];
  // Formats of numbers (int32, double) take no text, so have no length to bound.
  if ('type' in rest && rest.type === 'number') return format;
  const holds = check instanceof RegExp ? (text: string) => check.test(text) : check;
  return { validate: (text: string) => text.length <= maxFormatLength && holds(text) };
}

/** What is wrong with a schema itself. `at` is its path in the document. */
export function schemaIssues(schema: JsonSchema, at: string): Issue[] {
  if (ajv.validateSchema(schema) !== false) return [];
  return (ajv.errors ?? []).slice(0, 10).map((error) => {
    const path = error.instancePath.split('/').slice(2);
    return { path: joinPath(at, path), message: `is not valid JSON Schema: ${error.message ?? 'invalid'}` };
  });
}

/** A compiled schema. Throws for one that cannot be compiled, such as a `$ref` to nothing. */
export function compileSchema(schema: JsonSchema): ValidateFunction {
  const validate = ajv.compile(schema);
  // The instance would otherwise keep every version of every tool for ever.
  ajv.removeSchema(schema);
  return validate;
}
