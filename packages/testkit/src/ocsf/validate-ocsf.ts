import { everyClass, type OcsfShape, ocsfClasses, ocsfVersion } from './ocsf-classes.ts';
import { ocsfObjects } from './ocsf-objects.ts';

interface Attribute {
  readonly type: string;
  readonly list: boolean;
  readonly required: boolean;
  /** Captions by value, as text. */
  readonly values: ReadonlyMap<string, string> | null;
}

interface Shape {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly atLeastOne: readonly string[] | null;
}

const maxLong = Number.MAX_SAFE_INTEGER;
const isText = (value: unknown) => typeof value === 'string';
const isWithin = (low: number, high: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;

/** Whether a value is of a type that is no object. Those that our records do not use are not here, and so not taken. */
const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  username: isText,
  hostname: isText,
  resource_uid: isText,
  integer: isWithin(-2_147_483_648, 2_147_483_647),
  long: isWithin(-maxLong, maxLong),
  timestamp: isWithin(0, maxLong),
  port: isWithin(0, 65_535),
  boolean: (value) => typeof value === 'boolean',
  // Whatever a source has that the schema does not.
  object: isObject,
};

const classes = new Map(
  Object.entries(ocsfClasses).map(([uid, one]) => [
    Number(uid),
    { ...one, shape: readShape({ ...one, attributes: `${everyClass};${one.attributes}` }) },
  ]),
);
const objects = new Map(Object.entries(ocsfObjects).map(([name, shape]) => [name, readShape(shape)]));

/**
 * What is wrong with an event by the tables of OCSF 1.8.0, each with its place; empty for nothing. Strict: an attribute that the class or
 * object does not have, one that is missing, another type, a value that the enum does not have, and a caption that is not the value's.
 * Recommended attributes may be missing.
 */
export function problemsOfOcsf(event: unknown): string[] {
  if (!isObject(event)) return ['the event is no object'];
  const known = classes.get(event['class_uid'] as number);
  if (known === undefined) return [`class_uid: no class ${String(event['class_uid'])} in the tables`];
  const problems = problemsOfShape(event, known.shape, '');
  const expect = (name: string, value: unknown, wanted: unknown) => {
    if (value !== wanted) problems.push(`${name}: ${String(value)}, expected ${String(wanted)}`);
  };
  expect('category_uid', event['category_uid'], known.category);
  expect('type_uid', event['type_uid'], (event['class_uid'] as number) * 100 + (event['activity_id'] as number));
  if (isObject(event['metadata'])) expect('metadata.version', event['metadata']['version'], ocsfVersion);
  return problems;
}

/** The name of a class in the schema, as its address has it. */
export function nameOfOcsfClass(uid: number): string | null {
  return classes.get(uid)?.name ?? null;
}

function problemsOfShape(value: Readonly<Record<string, unknown>>, shape: Shape, at: string): string[] {
  const problems: string[] = [];
  for (const [name, item] of Object.entries(value)) {
    const attribute = shape.attributes.get(name);
    if (attribute === undefined) problems.push(`${at}${name}: no such attribute`);
    else problems.push(...problemsOfAttribute(value, name, item, attribute, at));
  }
  for (const [name, { required }] of shape.attributes)
    if (required && !Object.hasOwn(value, name)) problems.push(`${at}${name}: missing`);
  if (shape.atLeastOne !== null && !shape.atLeastOne.some((name) => Object.hasOwn(value, name)))
    problems.push(`${at || 'event'}: has none of ${shape.atLeastOne.join(', ')}`);
  return problems;
}

function problemsOfAttribute(
  holder: Readonly<Record<string, unknown>>,
  name: string,
  value: unknown,
  { type, list, values }: Attribute,
  at: string,
): string[] {
  const place = `${at}${name}`;
  if (list) {
    if (!Array.isArray(value)) return [`${place}: no list`];
    return value.flatMap((item, index) => problemsOfValue(item, type, `${place}[${index}]`));
  }
  const problems = problemsOfValue(value, type, place);
  if (values === null || problems.length > 0) return problems;
  const caption = values.get(String(value));
  if (caption === undefined) return [`${place}: ${String(value)} is not among its values`];
  // Beside `status_id` stands `status`: the caption of the value, or with Other whatever the source calls it.
  const sibling = name === 'activity_id' ? 'activity_name' : name.replace(/_id$/, '');
  const said = holder[sibling];
  if (sibling !== name && said !== undefined && value !== 99 && said !== caption)
    problems.push(`${at}${sibling}: ${String(said)}, expected ${caption}`);
  return problems;
}

function problemsOfValue(value: unknown, type: string, place: string): string[] {
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar(value) ? [] : [`${place}: no ${type}`];
  const shape = objects.get(type);
  if (shape === undefined) return [`${place}: no object ${type} in the tables`];
  return isObject(value) ? problemsOfShape(value, shape, `${place}.`) : [`${place}: no object`];
}

function readShape({ attributes, atLeastOne }: OcsfShape): Shape {
  const read = new Map<string, Attribute>();
  for (const text of attributes.split(';')) {
    const found = /^\s*(\w+)([!+]?) (\w+)(\[\])?(?: \{([^}]+)\})?\s*$/.exec(text);
    if (found === null) throw new Error(`no attribute: ${text}`);
    const [, name = '', requirement, type = '', list, values] = found;
    read.set(name, {
      type,
      list: list !== undefined,
      required: requirement === '!',
      values: values === undefined ? null : new Map(values.split(', ').map(readValue)),
    });
  }
  return { attributes: read, atLeastOne: atLeastOne ?? null };
}

function readValue(text: string): [string, string] {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
