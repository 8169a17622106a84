import { UsageError } from '../failures.ts';
import type { ArgumentSchema, ToolSchema } from '../render/tool.ts';

/**
 * Arguments from `key=value` words, each value read as the tool's schema says: numbers and booleans as such, arrays and
 * objects as JSON. A key given several times, or once with something that is no JSON array, makes an array of what an
 * array's items are. Without a schema, values that are JSON are taken as JSON.
 * @throws UsageError naming the argument.
 */
export function parseToolArguments(pairs: readonly string[], schema: ToolSchema | null): Record<string, unknown> {
  const given = new Map<string, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`'${pair}' is no argument: write key=value, such as text=hello.`);
    const name = pair.slice(0, at);
    given.set(name, [...(given.get(name) ?? []), pair.slice(at + 1)]);
  }
  const args: [string, unknown][] = [];
  for (const [name, texts] of given) {
    if (schema !== null && schema.additionalProperties === false && !Object.hasOwn(schema.properties, name))
      throw new UsageError(
        `The tool takes no argument '${name}'. It takes: ${Object.keys(schema.properties).join(', ') || 'none'}.`,
      );
    args.push([name, argumentOf(name, texts, schema?.properties[name])]);
  }
  // Not by assignment: a key such as __proto__ must become an own property.
  return Object.fromEntries(args);
}

function argumentOf(name: string, texts: readonly string[], schema: ArgumentSchema | undefined): unknown {
  const types = typesOf(schema);
  const [text = ''] = texts;
  if (types.includes('array') && (texts.length > 1 || !text.trimStart().startsWith('[')))
    return texts.map((one) => scalar(name, one, schema?.items));
  if (texts.length > 1) throw new UsageError(`Argument '${name}' is given ${texts.length} times and takes one value.`);
  return scalar(name, text, schema);
}

function scalar(name: string, text: string, schema: ArgumentSchema | undefined): unknown {
  const types = typesOf(schema);
  if (types.length === 0) return asJson(text) ?? text;
  if (types.includes('null') && text === 'null') return null;
  if ((types.includes('integer') || types.includes('number')) && isNumber(text)) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.includes('array') || types.includes('object')) {
    const value = asJson(text);
    const kind = Array.isArray(value) ? 'array' : typeof value;
    if (value !== null && types.includes(kind)) return value;
  }
  if (types.includes('string')) return text;
  throw new UsageError(
    `Argument '${name}' takes ${types.map((type) => shape[type] ?? type).join(' or ')}, not '${text}'.`,
  );
}

const shape: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a JSON array such as ["a","b"]',
  object: 'a JSON object such as {"a":1}',
};

function typesOf(schema: ArgumentSchema | undefined): readonly string[] {
  if (schema?.type === undefined) return [];
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
