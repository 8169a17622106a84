import { z } from 'zod';

/** As much of JSON Schema as is rendered. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Beyond this a list of values is cut. */
const maxValues = 12;

/**
 * A Markdown table of what a message has in it: fields with a dot between a field and what is in it, `[]` after lists; their
 * types and limits; and whether they are needed. Empty for a message without fields. `input`: as who writes it sees it. Fields within
 * fields are shown `depth` levels deep.
 */
export function schemaFields(schema: z.ZodType, io: 'input' | 'output', depth = 3): string {
  const root = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
  const rows = rowsOf(root, root, '', depth, io);
  if (rows.length === 0) return '';
  const head = io === 'input' ? '| field | type | needed |\n|---|---|---|' : '| field | type |\n|---|---|';
  return `${head}\n${rows.join('\n')}`;
}

function rowsOf(schema: Schema, root: Schema, prefix: string, depth: number, io: 'input' | 'output'): string[] {
  return variantsOf(schema, root).flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).flatMap(([name, property]) => {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const needed = property.default === undefined && required.includes(name) ? 'yes' : defaultOf(property);
      const cells = [`\`${path}\``, typeOf(property, root), ...(io === 'input' ? [needed] : [])];
      const list = inside(property, root);
      const inner = depth > 1 ? rowsOf(list.of, root, `${path}${list.mark}`, depth - 1, io) : [];
      return [`| ${cells.join(' | ')} |`, ...inner];
    }),
  );
}

/** The shapes that a value may have. Fields that several of them share are shown once. */
function variantsOf(schema: Schema, root: Schema): Schema[] {
  const at = resolved(schema, root);
  const parts = [...(at.anyOf ?? at.oneOf ?? []), ...(at.allOf ?? [])];
  if (parts.length === 0) return [at];
  const seen = new Set<string>();
  return parts
    .flatMap((part) => variantsOf(part, root))
    .map(({ properties = {}, required = [] }) => {
      const fresh = Object.entries(properties).filter(([name]) => !seen.has(name));
      for (const [name] of fresh) seen.add(name);
      return { properties: Object.fromEntries(fresh), required: parts.length === 1 ? required : [] };
    });
}

function inside(schema: Schema, root: Schema): { readonly of: Schema; readonly mark: string } {
  const at = resolved(schema, root);
  if (at.items !== undefined) return { of: at.items, mark: '[]' };
  if (typeof at.additionalProperties === 'object' && at.properties === undefined)
    return { of: at.additionalProperties, mark: '.*' };
  return { of: at, mark: '' };
}

function typeOf(schema: Schema, root: Schema): string {
  const at = resolved(schema, root);
  if (at.const !== undefined) return `\`${JSON.stringify(at.const)}\``;
  if (at.enum !== undefined) return valuesOf(at.enum);
  const parts = at.anyOf ?? at.oneOf;
  if (parts !== undefined) return [...new Set(parts.map((part) => typeOf(part, root)))].join(' or ');
  if (Array.isArray(at.type)) return at.type.map((type) => typeOf({ ...at, type }, root)).join(' or ');
  if (at.type === 'array')
    return `list of ${at.items === undefined ? 'anything' : typeOf(at.items, root)}${at.maxItems === undefined ? '' : `, at most ${at.maxItems}`}`;
  if (at.type === 'string') return textType(at);
  if (at.type === 'integer' || at.type === 'number') return numberType(at);
  if (at.type === 'object' && at.properties === undefined) return 'object of any fields';
  return at.type === undefined ? 'anything' : String(at.type);
}

function valuesOf(values: readonly unknown[]): string {
  const shown = values.slice(0, maxValues).map((value) => `\`${String(value)}\``);
  return `${shown.join(', ')}${values.length > maxValues ? ` and ${values.length - maxValues} more` : ''}`;
}

function textType({ pattern, format, maxLength }: Schema): string {
  const prefix = pattern === undefined ? undefined : /^\^([a-z]+_)\[0-9A-HJKMNP-TV-Z\]/.exec(pattern)?.[1];
  if (prefix !== undefined) return `id, \`${prefix}…\``;
  if (format === 'date-time') return 'time, RFC 3339';
  if (format !== undefined) return format === 'uri' ? 'URL' : format;
  return maxLength === undefined ? 'text' : `text, at most ${maxLength.toLocaleString('en')} characters`;
}

function numberType({ type, minimum, maximum }: Schema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  const least = minimum === undefined || minimum <= -Number.MAX_SAFE_INTEGER ? undefined : minimum.toLocaleString('en');
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum.toLocaleString('en');
  if (least === undefined) return most === undefined ? kind : `${kind}, at most ${most}`;
  return most === undefined ? `${kind}, at least ${least}` : `${kind}, ${least} to ${most}`;
}

function defaultOf({ default: value }: Schema): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return '';
  return `default \`${JSON.stringify(value)}\``;
}

function resolved(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  if (schema.$ref === '#') return { type: 'object', properties: {} };
  return root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {};
}
