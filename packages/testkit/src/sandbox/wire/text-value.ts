import { type Schema, typesOf } from './schema-types.ts';

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The value a text on the wire stands for, by its schema's types. Text that fits none stays text, so that the schema
 * check names what is wrong with it.
 */
export function valueOfText(text: string, schema: Schema): unknown {
  const types = typesOf(schema);
  if (types.has('string')) {
    // Of a union with string, only a listed value may be something else.
    const listed = Array.isArray(schema.enum)
      ? (schema.enum.find((value) => value === text) ?? schema.enum.find((value) => String(value) === text))
      : undefined;
    return listed ?? text;
  }
  if ((types.has('number') || types.has('integer')) && number.test(text)) return Number(text);
  if (types.has('boolean')) {
    if (text === 'true') return true;
    if (text === 'false') return false;
  }
  if (types.has('null') && (text === '' || text === 'null')) return null;
  return text;
}
