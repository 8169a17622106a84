import type { Field } from './fields.ts';
import type { Pair } from './query-string.ts';
import { itemsOf, propertyNames, propertyOf, type Schema, typesOf } from './schema-types.ts';
import { valueOfText } from './text-value.ts';

/** Something on the wire that the document does not allow. `path` is the parameter's or the wire's name. */
export type Complain = (path: string, message: string) => void;

interface Entry {
  readonly rest: readonly string[];
  readonly value: string;
}

const delimiters = { comma: ',', space: ' ', pipe: '|' } as const;

/** Which field a wire name belongs to, and the steps below it. Built once for each call. */
export class PairNames {
  readonly #exact = new Map<string, Field>();
  /** Of fields that share a name all but the first, in order. */
  readonly #more = new Map<string, Field[]>();
  readonly #dotted: Field[] = [];
  readonly #spread = new Map<string, Field>();

  constructor(fields: readonly Field[]) {
    for (const field of fields) {
      const first = this.#exact.get(field.wire);
      if (first === undefined) this.#exact.set(field.wire, field);
      else this.#more.set(field.wire, [...(this.#more.get(field.wire) ?? []), field]);
      if (field.objectStyle === 'dots') this.#dotted.push(field);
      if (field.objectStyle === 'form') for (const name of propertyNames(field.schema)) this.#spread.set(name, field);
    }
  }

  /** Several parameters under one name: the one whose fixed value this is, else the first that has none yet. */
  sharing(name: string, value: string, taken: ReadonlyMap<Field, unknown>): Field | null {
    const first = this.#exact.get(name);
    const more = this.#more.get(name);
    if (first === undefined || more === undefined) return null;
    const free = [first, ...more].filter((field) => !taken.has(field));
    const fixed = free.find((field) => field.constant !== undefined && String(field.constant.value) === value);
    return fixed ?? free.find((field) => field.constant === undefined) ?? null;
  }

  find(name: string): { field: Field; rest: string[] } | null {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return { field: exact, rest: [] };
    for (let at = name.lastIndexOf('['); at > 0; at = name.lastIndexOf('[', at - 1)) {
      const field = this.#exact.get(name.slice(0, at));
      const tail = name.slice(at);
      if (field !== undefined && /^(?:\[[^[\]]*\])+$/.test(tail)) return { field, rest: tail.slice(1, -1).split('][') };
    }
    const dotted = this.#dotted.find((field) => name.startsWith(`${field.wire}.`));
    if (dotted !== undefined)
      return {
        field: dotted,
        rest: name
          .slice(dotted.wire.length + 1)
          .replace(/\[([^[\]]*)\]/g, '.$1')
          .split('.'),
      };
    const spread = this.#spread.get(name);
    return spread === undefined ? null : { field: spread, rest: [name] };
  }
}

/**
 * Decodes name–value pairs of a query or a form into arguments, strictly by each field's style. Names in `ignored` were
 * dealt with elsewhere: fixed values and the credential.
 */
export function decodePairs(
  pairs: readonly Pair[],
  names: PairNames,
  ignored: ReadonlySet<string>,
  into: Record<string, unknown>,
  complain: Complain,
): void {
  if (pairs.length === 0) return;
  const entries = new Map<Field, Entry[]>();
  for (const [name, value] of pairs) {
    if (ignored.has(name)) continue;
    const shared = names.sharing(name, value, entries);
    const found = shared === null ? names.find(name) : { field: shared, rest: [] };
    if (found === null) {
      complain(name, 'is not a parameter of this call');
      continue;
    }
    const list = entries.get(found.field);
    if (list === undefined) entries.set(found.field, [{ rest: found.rest, value }]);
    else list.push({ rest: found.rest, value });
  }
  for (const [field, list] of entries) {
    const value = valueOfEntries(list, field, complain);
    if (value !== undefined) into[field.argument] = value;
  }
}

function valueOfEntries(entries: readonly Entry[], field: Field, complain: Complain): unknown {
  const { argument, schema, arrayStyle, objectStyle } = field;
  const types = typesOf(schema);
  const bare = entries.filter((entry) => entry.rest.length === 0);
  const composite = types.has('array') || types.has('object');
  if (objectStyle === 'json' && types.has('object') && !types.has('array')) {
    if (bare.length !== 1 || entries.length !== 1) return void complain(argument, 'must be one value of JSON text');
    return valueOfJsonText(bare[0]?.value ?? '', argument, complain);
  }
  if (objectStyle === 'comma' && types.has('object') && !types.has('array')) {
    if (bare.length !== 1 || entries.length !== 1) return void complain(argument, 'must be one value, a,1,b,2');
    const flat = (bare[0]?.value ?? '').split(',');
    const members = flat.flatMap((key, i) => (i % 2 === 0 ? [[key, flat[i + 1] ?? ''] as const] : []));
    return Object.fromEntries(members.map(([key, text]) => [key, valueOfText(text, propertyOf(schema, key) ?? {})]));
  }
  if (bare.length > 0 && bare.length < entries.length)
    return void complain(argument, 'is given both plain and with brackets');
  if (types.has('array')) {
    if (arrayStyle === 'comma' || arrayStyle === 'space' || arrayStyle === 'pipe') {
      if (bare.length !== 1)
        return void complain(argument, `must be one value, its items joined by '${delimiters[arrayStyle]}'`);
      return splitItems(bare[0]?.value ?? '', arrayStyle, schema);
    }
    if (bare.length > 0 && arrayStyle === 'brackets')
      return void complain(argument, "needs brackets after its name: 'name[]'");
    // Objects in a list need an index to keep their members together, whatever the style: items[0][price].
    if (arrayStyle !== 'brackets' && entries.some((entry) => entry.rest.length === 1))
      return void complain(argument, 'must be repeated without brackets');
    if (bare.length > 0) return bare.map((entry) => valueOfText(entry.value, itemsOf(schema)));
  }
  if (bare.length > 1) return void complain(argument, 'is given more than once');
  const only = bare[0];
  if (only !== undefined) {
    if (types.has('object') && !types.has('string') && only.value !== '')
      return void complain(argument, 'is an object but came as plain text');
    return valueOfText(only.value, schema);
  }
  if (objectStyle !== 'form' && objectStyle !== 'dots' && !composite && types.size > 0)
    return void complain(argument, 'must be a plain value, without brackets');
  return nest(entries, schema, argument, complain);
}

function splitItems(text: string, style: keyof typeof delimiters, schema: Schema): unknown[] {
  return text === '' ? [] : text.split(delimiters[style]).map((item) => valueOfText(item, itemsOf(schema)));
}

function valueOfJsonText(text: string, argument: string, complain: Complain): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return void complain(argument, 'must be JSON text');
  }
}

/** `a[b][0]=x` and its like, one level at a time. Names that would reach a prototype stay plain data: objects have none. */
function nest(entries: readonly Entry[], schema: Schema, at: string, complain: Complain): unknown {
  const first = entries[0];
  if (entries.length === 1 && first !== undefined && first.rest.length === 0) return valueOfText(first.value, schema);
  const isArray = typesOf(schema).has('array') || entries.every((entry) => /^\d*$/.test(entry.rest[0] ?? '-'));
  const groups = new Map<string, Entry[]>();
  let unnumbered = 0;
  for (const { rest, value } of entries) {
    const head = rest[0];
    if (head === undefined) return void complain(at, 'is given both plain and with brackets');
    const key = head === '' && rest.length === 1 ? `+${unnumbered++}` : head;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [{ rest: rest.slice(1), value }]);
    else list.push({ rest: rest.slice(1), value });
  }
  if (isArray) return [...groups.values()].map((group) => nest(group, itemsOf(schema), at, complain));
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, group] of groups) result[key] = nest(group, propertyOf(schema, key) ?? {}, `${at}.${key}`, complain);
  return { ...result };
}
