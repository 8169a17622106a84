import { effectiveSchema, isBinary } from '../schema/effective-schema.ts';
import { plainText } from '../schema/plain-text.ts';
import type { References } from '../spec/references.ts';
import type { ApiParameter } from '../spec/types.ts';
import type { Candidate, LeftOut, Place } from './candidate.ts';
import { exampleOf } from './example-of.ts';

/** Headers that OpenAPI gives no meaning as parameters: the request's body and the credential make them. */
const ownHeaders = new Set(['accept', 'content-type', 'authorization', 'content-length', 'host', 'connection']);
const places = new Set(['path', 'query', 'header', 'cookie']);

/** The parameters of an operation as candidates; a reference was followed, so none is lost. */
export function parameterCandidates(
  parameters: readonly ApiParameter[],
  references: References,
): { candidates: Candidate[]; leftOut: LeftOut[] } {
  const candidates: Candidate[] = [];
  const leftOut: LeftOut[] = [];
  for (const parameter of parameters) {
    const { name = '', in: place = '' } = parameter;
    const skip = (reason: string) => leftOut.push({ name, in: place, reason });
    if (!places.has(place)) skip(`'in: ${place}' cannot be expressed`);
    else if (place === 'header' && ownHeaders.has(name.toLowerCase())) continue;
    else if (parameter.deprecated === true && parameter.required !== true) skip('deprecated');
    else candidates.push(candidateOf(parameter, name, place as Place, references));
  }
  return { candidates, leftOut };
}

function candidateOf(parameter: ApiParameter, name: string, place: Place, references: References): Candidate {
  const [mediaType, media] = Object.entries(parameter.content ?? {})[0] ?? [];
  const effective = effectiveSchema(parameter.schema ?? media?.schema, references);
  return {
    wireName: name,
    place,
    at: name,
    effective,
    required: place === 'path' || parameter.required === true,
    description: plainText(parameter.description ?? effective.schema.description),
    example: exampleOf(parameter, references),
    file: isBinary(effective.schema),
    style: styleOf(parameter, effective.type, mediaType),
  };
}

/** OpenAPI's `style` and `explode` in the document's words; what is the default there is not said. */
function styleOf(
  { in: place, style, explode, name = '' }: ApiParameter,
  type: string | undefined,
  mediaType: string | undefined,
): Record<string, unknown> {
  const isArray = type === 'array';
  const isObject = type === 'object';
  if (!isArray && !isObject)
    return place === 'path' && (style === 'label' || style === 'matrix') ? { 'x-path-style': style } : {};
  if (place === 'path')
    return {
      ...((style === 'label' || style === 'matrix') && { 'x-path-style': style }),
      ...(explode === true && { 'x-explode': true }),
    };
  if (place !== 'query') return {};
  if (mediaType !== undefined) return isObject ? { 'x-object-style': 'json' } : {};
  const exploded = explode ?? (style === undefined || style === 'form');
  if (isArray) {
    if (style === 'spaceDelimited') return { 'x-array-style': 'space' };
    if (style === 'pipeDelimited') return { 'x-array-style': 'pipe' };
    // A name such as `ids[]` brings its brackets with it.
    if (style === 'deepObject') return name.endsWith('[]') ? {} : { 'x-array-style': 'brackets' };
    return exploded ? {} : { 'x-array-style': 'comma' };
  }
  if (style === 'deepObject') return {};
  return { 'x-object-style': exploded ? 'form' : 'comma' };
}
