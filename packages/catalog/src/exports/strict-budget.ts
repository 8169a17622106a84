import type { JsonObject } from './tool-source.ts';

/** What the Messages API compiles of strict tools in one request, over all of them. */
const limits = { tools: 20, optional: 24, unions: 16 };

/** The definitions, of which those beyond the limits are no longer strict; the first ones keep it. */
export function inStrictBudget(definitions: readonly JsonObject[], schemaField: string): JsonObject[] {
  const used = { tools: 0, optional: 0, unions: 0 };
  return definitions.map((definition) => {
    if (definition['strict'] !== true) return definition;
    const { optional, unions } = costOf(definition[schemaField] as JsonObject);
    const after = { tools: used.tools + 1, optional: used.optional + optional, unions: used.unions + unions };
    const fits = after.tools <= limits.tools && after.optional <= limits.optional && after.unions <= limits.unions;
    if (fits) {
      Object.assign(used, after);
      return definition;
    }
    const { strict: _strict, ...loose } = definition;
    return loose;
  });
}

function costOf(schema: JsonObject): { optional: number; unions: number } {
  const properties = Object.values((schema['properties'] ?? {}) as Record<string, JsonObject>);
  const required = (schema['required'] ?? []) as string[];
  const own = {
    optional: properties.length - required.length,
    unions: 'anyOf' in schema || Array.isArray(schema['type']) ? 1 : 0,
  };
  const children = [...properties, schema['items'], ...((schema['anyOf'] ?? []) as JsonObject[])];
  for (const child of children) {
    if (child === undefined) continue;
    const { optional, unions } = costOf(child as JsonObject);
    own.optional += optional;
    own.unions += unions;
  }
  return own;
}
