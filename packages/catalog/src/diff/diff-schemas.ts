import type { DocumentChange } from '@patchbay/contracts';
import { breaking, compatible, same, told } from './changes.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Keywords that only tell. */
const texts = new Set(['title', 'description', 'examples', '$comment', 'deprecated', 'x-privacy']);
/** Bounds that take more the higher they are, and the lower. */
const upperBounds = new Set(['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems', 'maxProperties', 'maxContains']);
const lowerBounds = new Set(['minLength', 'minimum', 'exclusiveMinimum', 'minItems', 'minProperties', 'minContains']);
const compared = new Set(['type', 'enum', 'properties', 'required', 'items']);

/**
 * What a newer schema of arguments takes otherwise than an older one. A value that the older one took and the newer one may
 * not is breaking. Where only a solver could tell (`anyOf`, `not`, a `$ref`, another pattern), a change counts as breaking.
 */
export function diffSchemas(before: unknown, after: unknown, path: string): DocumentChange[] {
  if (same(before, after)) return [];
  if (!isSchema(before) || !isSchema(after))
    return [breaking(path, `takes ${told(after)} where it took ${told(before)}`)];
  const changes = [
    ...diffTypes(before['type'], after['type'], `${path}.type`),
    ...diffEnums(before['enum'], after['enum'], `${path}.enum`),
    ...diffProperties(before, after, path),
  ];
  if (before['items'] !== undefined || after['items'] !== undefined)
    changes.push(...diffSchemas(before['items'] ?? {}, after['items'] ?? {}, `${path}.items`));
  for (const keyword of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!compared.has(keyword) && !same(before[keyword], after[keyword]))
      changes.push(diffKeyword(keyword, before[keyword], after[keyword], `${path}.${keyword}`));
  }
  return changes;
}

function diffKeyword(keyword: string, before: unknown, after: unknown, path: string): DocumentChange {
  if (texts.has(keyword)) return compatible(path, 'says it otherwise');
  const message = `${told(before)} became ${told(after)}`;
  if (keyword === 'default') return breaking(path, `${message}: calls that leave it out act otherwise`);
  if (after === undefined) return compatible(path, `is no longer asked for: it was ${told(before)}`);
  const bound = typeof before === 'number' && typeof after === 'number';
  if (bound && upperBounds.has(keyword) && after > before) return compatible(path, `${message}: takes more`);
  if (bound && lowerBounds.has(keyword) && after < before) return compatible(path, `${message}: takes more`);
  if (keyword === 'additionalProperties' && after === true) return compatible(path, `${message}: takes more`);
  return breaking(path, `${message}: may refuse what was taken`);
}

function diffTypes(before: unknown, after: unknown, path: string): DocumentChange[] {
  if (same(before, after)) return [];
  const message = `${told(before)} became ${told(after)}`;
  if (after === undefined) return [compatible(path, `takes any type: ${message}`)];
  const is = new Set([after].flat());
  const lost = before === undefined ? ['other types'] : [before].flat().filter((type) => !is.has(type));
  // Every integer is a number.
  const refused = lost.filter((type) => !(type === 'integer' && is.has('number')));
  return [
    refused.length > 0
      ? breaking(path, `no longer takes ${refused.join(', ')}: ${message}`)
      : compatible(path, `takes more: ${message}`),
  ];
}

function diffEnums(before: unknown, after: unknown, path: string): DocumentChange[] {
  if (same(before, after)) return [];
  if (!Array.isArray(after)) return [compatible(path, 'takes any value now')];
  if (!Array.isArray(before)) return [breaking(path, `takes only ${after.map(told).join(', ')} now`)];
  const lost = before.filter((value) => !after.some((one) => same(one, value)));
  const gained = after.filter((value) => !before.some((one) => same(one, value)));
  return [
    ...(lost.length > 0 ? [breaking(path, `no longer takes ${lost.map(told).join(', ')}`)] : []),
    ...(gained.length > 0 ? [compatible(path, `takes ${gained.map(told).join(', ')} too`)] : []),
  ];
}

function diffProperties(before: Schema, after: Schema, path: string): DocumentChange[] {
  const [was, is] = [propertiesOf(before), propertiesOf(after)];
  const [wasRequired, isRequired] = [requiredOf(before), requiredOf(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((name): DocumentChange[] => {
    const at = `${path}.${name}`;
    if (!Object.hasOwn(is, name)) return [breaking(at, `there is no '${name}' any more`)];
    if (!Object.hasOwn(was, name))
      return [
        isRequired.has(name) ? breaking(at, `'${name}' is new and required`) : compatible(at, `'${name}' is new`),
      ];
    const needed = isRequired.has(name);
    return [
      ...(needed === wasRequired.has(name)
        ? []
        : [needed ? breaking(at, `'${name}' is required now`) : compatible(at, `'${name}' may be left out now`)]),
      ...diffSchemas(was[name], is[name], at),
    ];
  });
}

function propertiesOf(schema: Schema): Schema {
  return isSchema(schema['properties']) ? schema['properties'] : {};
}

function requiredOf(schema: Schema): Set<unknown> {
  return new Set(Array.isArray(schema['required']) ? schema['required'] : []);
}

function isSchema(value: unknown): value is Schema {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
