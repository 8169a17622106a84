import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Finding, finding, wrongWord } from '../finding.ts';
import { patternProblem } from '../pattern-safety.ts';
import { checkReferences } from './references.ts';

const types = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
const valueKeywords = new Set(['const', 'enum', 'default', 'examples']);
const schemaKeywords = new Set(['items', 'not', 'additionalProperties', 'contains', 'propertyNames']);
const schemaListKeywords = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const schemaMapKeywords = new Set(['properties', 'patternProperties', '$defs']);
const plainKeywords = new Set([
  'type',
  'title',
  'description',
  '$comment',
  'deprecated',
  '$ref',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
  'required',
]);
const everyKeyword = [
  ...plainKeywords,
  ...valueKeywords,
  ...schemaKeywords,
  ...schemaListKeywords,
  ...schemaMapKeywords,
];
const extensions = new Set([
  'x-in',
  'x-name',
  'x-const',
  'x-template',
  'x-mail',
  'x-file',
  'x-path-style',
  'x-explode',
  'x-from',
  'x-when',
  'x-array-style',
  'x-object-style',
  'x-privacy',
]);

function newAjv(options: Options): Ajv2020 {
  // Not strict: `checkSchema` is, and it names paths.
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false, ...options });
  // The package is CommonJS: its function is the `default` of the namespace Node gives.
  (addFormats as unknown as { default: (target: Ajv2020) => void }).default(ajv);
  return ajv;
}

/** Checks schemas against the 2020-12 meta-schema. It compiles none: a compiler keeps all it has seen, and documents come and go. */
const metaValidator = newAjv({});
const formats = new Set(Object.keys(metaValidator.formats));

/** Whether a document may use the format. */
export function isSupportedFormat(format: string): boolean {
  return formats.has(format);
}

/** A compiled JSON Schema 2020-12 with the formats of ajv-formats, for a schema that `checkSchema` found sound. */
export function validatorOf(schema: object): ValidateFunction {
  return newAjv({ meta: false, validateSchema: false }).compile(schema);
}

/** What a validator found, in one line; `name` stands for the value. */
export function errorsText(validate: ValidateFunction, name: string): string {
  return metaValidator.errorsText(validate.errors, { dataVar: name });
}

/** Everything wrong with one parameter's schema (or an `output` schema), each at its own path. */
export function checkSchema(schema: unknown, path: readonly PropertyKey[], allowExtensions = true): Finding[] {
  const findings: Finding[] = [];
  walk(schema, path, allowExtensions, findings);
  if (findings.length > 0) return findings;
  const plain = { ...(schema as Record<string, unknown>) };
  if (typeof plain['required'] === 'boolean') delete plain['required'];
  if (metaValidator.validateSchema(plain) !== true) {
    return (metaValidator.errors ?? []).map((error) =>
      finding([...path, ...pointerParts(error)], error.message ?? 'not a valid schema'),
    );
  }
  return checkReferences(plain, path);
}

function walk(schema: unknown, path: readonly PropertyKey[], top: boolean, findings: Finding[]): void {
  if (typeof schema === 'boolean') return;
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) {
    findings.push(finding(path, 'expected a JSON Schema: an object'));
    return;
  }
  for (const [keyword, value] of Object.entries(schema)) {
    const at = [...path, keyword];
    if (schemaKeywords.has(keyword)) walk(value, at, false, findings);
    else if (schemaListKeywords.has(keyword) && Array.isArray(value)) {
      for (const [index, child] of value.entries()) walk(child, [...at, index], false, findings);
    } else if (schemaMapKeywords.has(keyword) && value !== null && typeof value === 'object') {
      for (const [name, child] of Object.entries(value)) {
        walk(child, [...at, name], false, findings);
        if (keyword === 'patternProperties') reportPattern(name, [...at, name], findings);
      }
    } else if (!isKnown(keyword, top)) {
      const known = top ? [...everyKeyword, ...extensions] : everyKeyword;
      findings.push(wrongWord(at, `'${keyword}' is not a supported keyword`, keyword, known));
    } else if (keyword === 'type') reportTypes(value, at, findings);
    else if (keyword === 'format' && typeof value === 'string' && !formats.has(value)) {
      findings.push(wrongWord(at, `'${value}' is not a supported format`, value, formats));
    } else if (keyword === 'pattern' && typeof value === 'string') reportPattern(value, at, findings);
  }
}

function isKnown(keyword: string, top: boolean): boolean {
  return (
    plainKeywords.has(keyword) ||
    valueKeywords.has(keyword) ||
    schemaListKeywords.has(keyword) ||
    schemaMapKeywords.has(keyword) ||
    (top && extensions.has(keyword))
  );
}

function reportTypes(value: unknown, path: readonly PropertyKey[], findings: Finding[]): void {
  for (const [index, type] of (Array.isArray(value) ? value : [value]).entries()) {
    if (typeof type === 'string' && types.has(type)) continue;
    const at = Array.isArray(value) ? [...path, index] : path;
    const message = `${JSON.stringify(type)} is not a JSON Schema type; use ${[...types].join(', ')}`;
    findings.push(wrongWord(at, message, String(type), types));
  }
}

function reportPattern(pattern: string, path: readonly PropertyKey[], findings: Finding[]): void {
  const problem = patternProblem(pattern);
  if (problem !== undefined) findings.push(finding(path, problem));
}

function pointerParts(error: ErrorObject): PropertyKey[] {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
