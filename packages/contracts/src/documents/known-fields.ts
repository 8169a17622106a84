import type { z } from 'zod';

interface SchemaDefinition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly in?: z.core.$ZodType;
  readonly getter?: () => z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
}

const definitionOf = (schema: z.core.$ZodType) => schema._zod.def as unknown as SchemaDefinition;

/** Names of the fields that an object at the path may have, in the order of the schema; empty when it is no such object. */
export function knownFields(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let at = alternatives(schema);
  for (const part of path) at = at.flatMap((one) => below(one, part)).flatMap(alternatives);
  return at.flatMap((one) => Object.keys(definitionOf(one).shape ?? {}));
}

/** What stands behind wrappers such as optional or default; every branch of a union. */
function alternatives(schema: z.core.$ZodType): z.core.$ZodType[] {
  const definition = definitionOf(schema);
  if (definition.innerType !== undefined) return alternatives(definition.innerType);
  if (definition.type === 'union') return (definition.options ?? []).flatMap(alternatives);
  if (definition.type === 'pipe' && definition.in !== undefined) return alternatives(definition.in);
  if (definition.type === 'lazy' && definition.getter !== undefined) return alternatives(definition.getter());
  return [schema];
}

function below(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType[] {
  const { type, shape, valueType, element } = definitionOf(schema);
  if (type === 'array') return element === undefined ? [] : [element];
  if (type === 'record') return valueType === undefined ? [] : [valueType];
  const field = shape !== undefined && Object.hasOwn(shape, part) ? shape[part as string] : undefined;
  return field === undefined ? [] : [field];
}
