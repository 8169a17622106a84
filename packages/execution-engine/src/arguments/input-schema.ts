import type { Parameter, Tool } from '@patchbay/contracts';
import { isHidden } from '../prepare/name-scope.ts';
import type { Report } from '../prepare/report.ts';
import { compilePattern } from './linear-pattern.ts';

/** A JSON Schema 2020-12 as it is written down. */
export type JsonSchema = Record<string, unknown>;

/** Keywords whose value is data, in which nothing is a keyword. */
const data = new Set(['const', 'enum', 'default', 'examples', 'required']);
/** Keywords whose value maps names to schemas. */
const maps = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);
/** Keywords that would give names outside this one schema: a tool's schema stands alone. */
const refused = new Set(['$id', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary']);
const maxDepth = 32;

/**
 * The schema of a tool's arguments as a model sees it: no hidden parameter, nothing of our own (`x-…`, `required` as a
 * flag), and `additionalProperties: false`. A local `$ref` starts at the parameter in a document, and at the root here.
 */
export function inputSchemaOf(tool: Tool, report: Report, at: string): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [name, parameter] of Object.entries(tool.parameters)) {
    const place = `${at}.${name}`;
    // Arguments are read by name, which must not find what every object inherits.
    if (name in {}) report(place, 'has a name that every object has');
    else if (!isHidden(parameter)) {
      const { required: isRequired, ...schema } = parameter;
      properties[name] = clean(schema, `#/properties/${name}`, report, place, 0) as JsonSchema;
      if (isRequired === true) required.push(name);
    }
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Whether null is a value of the parameter. Elsewhere it means that the argument is left out. */
export function allowsNull(parameter: Parameter): boolean {
  return [parameter.type].flat().includes('null');
}

function clean(value: unknown, root: string, report: Report, at: string, depth: number): unknown {
  if (depth > maxDepth) report(at, 'is nested too deeply');
  if (depth > maxDepth || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => clean(item, root, report, `${at}[${index}]`, depth + 1));
  const copy: JsonSchema = {};
  for (const [key, member] of Object.entries(value)) {
    const place = `${at}.${key}`;
    if (key.startsWith('x-') || key === '$schema') continue;
    if (refused.has(key)) report(place, 'is not supported');
    else if (key === '$ref') copy[key] = localReference(member, root, report, place);
    else if (data.has(key)) copy[key] = member;
    else if (maps.has(key) && typeof member === 'object' && member !== null) {
      copy[key] = Object.fromEntries(
        Object.entries(member).map(([name, schema]) => [
          name,
          clean(schema, root, report, `${place}.${name}`, depth + 1),
        ]),
      );
      if (key === 'patternProperties') for (const pattern of Object.keys(member)) checkPattern(pattern, report, place);
    } else copy[key] = clean(member, root, report, place, depth + 1);
    if (key === 'pattern' && typeof member === 'string') checkPattern(member, report, place);
  }
  return copy;
}

function localReference(reference: unknown, root: string, report: Report, at: string): unknown {
  if (typeof reference === 'string' && reference.startsWith('#')) return root + reference.slice(1);
  report(at, 'must point into the same schema, beginning with #');
  return reference;
}

function checkPattern(pattern: string, report: Report, at: string): void {
  const compiled = compilePattern(pattern);
  if (typeof compiled === 'string') report(at, compiled);
}
