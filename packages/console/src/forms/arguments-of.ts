/** What a form needs of JSON Schema. */
export interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly items?: FieldSchema;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}
export interface ObjectSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

/** What stands in a form's controls, by argument: text, also of numbers; `''` where there is nothing. */
export type Typed = Readonly<Record<string, string>>;

/** `list`: one item a line. `json`: what no control fits. */
export type ControlKind = 'choice' | 'boolean' | 'number' | 'integer' | 'list' | 'json' | 'text' | 'long';

const typesOf = ({ type }: FieldSchema) =>
  (typeof type === 'string' ? [type] : (type ?? [])).filter((one) => one !== 'null');
/** Characters from which a text gets more than a line. */
const longText = 500;

export function controlOf(schema: FieldSchema): ControlKind {
  if (schema.enum?.every((one) => one === null || typeof one !== 'object')) return 'choice';
  const types = typesOf(schema);
  if (types.length !== 1) return 'json';
  switch (types[0]) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    case 'integer':
      return 'integer';
    case 'string':
      return (schema.maxLength ?? 0) > longText ? 'long' : 'text';
    case 'array':
      return schema.items !== undefined && controlOf(schema.items) === 'text' ? 'list' : 'json';
    default:
      return 'json';
  }
}

export interface Read {
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What is wrong with what was typed, by argument. */
  readonly wrong: Readonly<Record<string, string>>;
}

/** The arguments that a form says. What is empty is left out; the tool itself checks the rest. */
export function argumentsOf({ properties = {}, required = [] }: ObjectSchema, typed: Typed): Read {
  const args: Record<string, unknown> = {};
  const wrong: Record<string, string> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const text = typed[name] ?? '';
    if (text === '') {
      if (required.includes(name)) wrong[name] = 'It is required.';
      continue;
    }
    const value = readControl(schema, text);
    if (value === undefined) wrong[name] = `It must be ${expected(controlOf(schema))}`;
    else args[name] = value;
  }
  return { arguments: args, wrong };
}

/** Undefined for what is none. */
function readControl(schema: FieldSchema, text: string): unknown {
  switch (controlOf(schema)) {
    case 'choice':
      return schema.enum?.find((one) => String(one) === text);
    case 'boolean':
      return text === 'true';
    case 'integer':
      return /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'list':
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return undefined;
      }
    default:
      return text;
  }
}

function expected(kind: ControlKind): string {
  if (kind === 'integer') return 'a whole number.';
  if (kind === 'number') return 'a number.';
  return kind === 'json' ? 'valid JSON.' : 'one of the values.';
}

/** What stands in the form of arguments that are there, such as an example's. */
export function typedOf({ properties = {} }: ObjectSchema, args: Readonly<Record<string, unknown>>): Typed {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const value = args[name];
      if (value === undefined || value === null) return [name, ''];
      const kind = controlOf(schema);
      if (kind === 'list' && Array.isArray(value)) return [name, value.join('\n')];
      return [name, kind === 'json' ? JSON.stringify(value, null, 2) : String(value)];
    }),
  );
}
