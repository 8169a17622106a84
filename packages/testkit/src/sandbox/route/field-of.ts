import type { Parameter } from '@patchbay/contracts';
import { type ArrayStyle, type Field, type ObjectStyle, type Place, stepsOf } from '../wire/fields.ts';
import { type Schema, schemaOfConstant } from '../wire/schema-types.ts';

/** What a call's parameter looks like on the wire, or null when it does not go there. */
export function fieldOf(
  name: string,
  parameter: Parameter,
  call: { pathNames: readonly string[]; bodiless: boolean },
): Field | null {
  const wire = parameter['x-name'] ?? name;
  const inPath = call.pathNames.includes(name);
  const place: Place | 'none' = parameter['x-in'] ?? (inPath ? 'path' : call.bodiless ? 'query' : 'body');
  if (place === 'none') return null;
  const template = parameter['x-template'];
  const hasConstant = 'x-const' in parameter;
  const bare = schemaOf(parameter);
  return {
    argument: name,
    place,
    wire: place === 'header' ? wire.toLowerCase() : wire,
    path: stepsOf(wire),
    schema: hasConstant ? { ...schemaOfConstant(parameter['x-const']), ...bare } : bare,
    // A default is sent when the argument is left out, so the value is always there.
    required:
      parameter['x-when'] === undefined &&
      (hasConstant || place === 'path' || parameter.required === true || parameter.default !== undefined),
    ...(hasConstant ? { constant: { value: parameter['x-const'] } } : {}),
    ...(template === undefined ? {} : { prefix: literalStart(template) }),
    // A message made of arguments is text whose beginning only the arguments know.
    ...(parameter['x-mail'] === undefined ? {} : { prefix: '' }),
    ...(parameter['x-from'] === undefined ? {} : { from: parameter['x-from'] }),
    ...(parameter['x-when'] === undefined ? {} : { when: parameter['x-when'] }),
    ...(parameter['x-array-style'] === undefined ? {} : { arrayStyle: parameter['x-array-style'] as ArrayStyle }),
    ...(parameter['x-object-style'] === undefined ? {} : { objectStyle: parameter['x-object-style'] as ObjectStyle }),
    ...(parameter['x-path-style'] === undefined && parameter['x-explode'] === undefined
      ? {}
      : { pathStyle: { style: parameter['x-path-style'] ?? 'simple', explode: parameter['x-explode'] === true } }),
  };
}

/** The JSON Schema part of a parameter: without our keywords, and without `required`, which is a boolean here. */
function schemaOf(parameter: Parameter): Schema {
  return Object.fromEntries(
    Object.entries(parameter).filter(([keyword]) => !keyword.startsWith('x-') && keyword !== 'required'),
  );
}

/** The text before a template's first placeholder; `{{` and `}}` are literal braces. */
function literalStart(template: string): string {
  const end = /(?<!\{)(?:\{\{)*\{(?!\{)/.exec(template);
  const start = end === null ? template : template.slice(0, end.index + end[0].length - 1);
  return start.replaceAll('{{', '{').replaceAll('}}', '}');
}
