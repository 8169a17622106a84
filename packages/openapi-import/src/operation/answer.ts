import { type EffectiveSchema, effectiveSchema, isBinary, requiredOf } from '../schema/effective-schema.ts';
import { wordsOf } from '../schema/plain-text.ts';
import { sampleValue, type Wanted } from '../schema/sample-value.ts';
import type { References } from '../spec/references.ts';
import type { ApiResponse, MediaType, Operation } from '../spec/types.ts';
import { exampleOf } from './example-of.ts';

/** What the model sees of an answer, and an answer to show. */
export interface DraftedAnswer {
  readonly status: number;
  /** `null`: the answer has no body, or none with fields. */
  readonly contentType: string | null;
  /** Paths in the grammar of `pick`. */
  readonly pick: readonly string[];
  /** Whether the paths lead into a list. */
  readonly list: boolean;
  /** `undefined`: no body. */
  readonly body: unknown;
  /** Why nothing is picked; `null` where something is, or where there is nothing. */
  readonly note: string | null;
  /** The answer says whether it succeeded in a field `ok`. */
  readonly saysOk: boolean;
}

const maxPicks = 8;
const maxPicksOfItem = 6;
const maxBodyBytes = 6_000;

/** Drafts what to show of the answer that means success. */
export function draftAnswer(operation: Operation, references: References, withoutExamples = false): DraftedAnswer {
  const [status, response] = successOf(operation, references);
  const json = Object.entries(response?.content ?? {}).find(([type]) => /[/+]json|^\*\/\*/.test(type));
  const none = { status, contentType: null, pick: [], list: false, body: undefined, saysOk: false };
  if (json === undefined) {
    const [type] = Object.keys(response?.content ?? {});
    return { ...none, note: type === undefined ? null : `the answer is ${type}, of which nothing can be picked` };
  }
  const media = references.resolve<MediaType>(json[1]) ?? {};
  const example = exampleOf(media, references);
  const described = effectiveSchema(media.schema, references);
  const effective = isFree(described) && example !== undefined && example !== null ? inferred(example) : described;
  const saysOk = effectiveSchema(effective.schema.properties?.['ok'], references).type === 'boolean';
  for (const wide of [true, false]) {
    const paths = pathsOf(effective, references, wide ? maxPicks : 4);
    const body = sampleValue(effective, { references, of: 'response', withoutExamples }, wantedOf(paths), example);
    if (JSON.stringify(body ?? null).length > maxBodyBytes && wide) continue;
    const pick = paths.filter((path) => holds(body, path));
    const note = pick.length > 0 ? null : 'the description does not say what the answer holds';
    return {
      status,
      contentType: 'application/json',
      pick,
      list: pick.some((path) => path.includes('[]')),
      body: body ?? {},
      note,
      saysOk,
    };
  }
  return { ...none, note: 'the answer is too large to show' };
}

function successOf(operation: Operation, references: References): [number, ApiResponse | undefined] {
  const codes = Object.keys(operation.responses ?? {});
  const code =
    codes.find((one) => /^2\d\d$/.test(one)) ??
    codes.find((one) => /^2xx$/i.test(one)) ??
    codes.find((one) => one === 'default');
  const response = code === undefined ? undefined : references.resolve<ApiResponse>(operation.responses?.[code]);
  return [/^2\d\d$/.test(code ?? '') ? Number(code) : 200, response];
}

function isFree({ schema, type }: EffectiveSchema): boolean {
  return (type === 'object' && schema.properties === undefined) || type === undefined;
}

/** A schema that an example would have. */
function inferred(example: unknown): EffectiveSchema {
  const schema = schemaOfExample(example, 0);
  return { schema, type: typeof schema.type === 'string' ? schema.type : undefined, trail: [], circular: false };
}

/** The schema that a value shows: its types and fields, of lists their first item. */
export function schemaOfExample(value: unknown, depth = 0): EffectiveSchema['schema'] {
  if (value === null || value === undefined || depth > 8) return {};
  if (Array.isArray(value)) return { type: 'array', items: schemaOfExample(value[0], depth + 1) };
  if (typeof value === 'object') {
    const properties = Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, schemaOfExample(field, depth + 1)]),
    );
    return { type: 'object', properties };
  }
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number', examples: [value] };
  return { type: typeof value, examples: [value] };
}

interface Leaf {
  readonly path: string;
  readonly score: number;
}

/** The paths of the fields that say most. */
function pathsOf(effective: EffectiveSchema, references: References, most: number): string[] {
  if (effective.type === 'array') return leavesOfItems(effective, '', references, most);
  const list = mainList(effective, references);
  if (list !== undefined) {
    const [path, field] = list;
    const paths = leavesOfItems(field, path, references, Math.min(most, maxPicksOfItem));
    if (paths.length > 0) return paths;
  }
  return best(leavesOf(effective, '', references, 0), most);
}

function leavesOfItems(list: EffectiveSchema, path: string, references: References, most: number): string[] {
  const item = effectiveSchema(list.schema.items, references, list.trail);
  if (item.type === 'object') return best(leavesOf(item, `${path}[].`, references, 0), Math.min(most, maxPicksOfItem));
  return item.type === undefined || item.type === 'array' || path === '' ? [] : [path];
}

/** The list that an answer is about, at its top or one level below: `data`, `items`, `response.games`. */
function mainList(
  effective: EffectiveSchema,
  references: References,
  prefix = '',
): [string, EffectiveSchema] | undefined {
  const lists: [string, EffectiveSchema, number][] = [];
  const entries = Object.entries(effective.schema.properties ?? {}).filter(([name]) => isPickable(name));
  for (const [name, node] of entries) {
    const field = effectiveSchema(node, references, effective.trail);
    if (field.circular || field.type !== 'array') continue;
    const item = effectiveSchema(field.schema.items, references, field.trail);
    const named = /^(?:data|items|results?|values?|value|records|entries|list|rows|elements)$/i.test(name) ? 4 : 0;
    const aside = /error|warning|link|included|attribute|expand/i.test(name) ? -6 : 0;
    lists.push([`${prefix}${name}`, field, named + aside + (item.type === 'object' ? 2 : -2)]);
  }
  // An object with an id of its own is about itself, whatever lists it holds.
  const ownId = entries.some(([name]) => /^(?:id|gid|sid|uuid|key|name)$/i.test(name));
  const top = lists.sort((a, b) => b[2] - a[2])[0];
  if (top !== undefined && (top[2] >= 4 || (!ownId && top[2] >= 2))) return [top[0], top[1]];
  if (prefix !== '' || ownId || entries.length > 4) return undefined;
  for (const [name, node] of entries) {
    const field = effectiveSchema(node, references, effective.trail);
    const found = field.circular || field.type !== 'object' ? undefined : mainList(field, references, `${name}.`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A path's parts are divided by dots; brackets are places in lists. */
function isPickable(name: string): boolean {
  return /^[^.[\]\s]{1,100}$/.test(name) && name !== '__proto__';
}

function leavesOf(effective: EffectiveSchema, prefix: string, references: References, depth: number): Leaf[] {
  const required = requiredOf(effective.schema);
  const leaves: Leaf[] = [];
  for (const [name, node] of Object.entries(effective.schema.properties ?? {})) {
    if (!isPickable(name)) continue;
    const field = effectiveSchema(node, references, effective.trail);
    if (field.circular || field.schema.writeOnly === true || field.schema.deprecated === true) continue;
    if (field.type === 'object') {
      if (depth < 2) leaves.push(...leavesOf(field, `${prefix}${name}.`, references, depth + 1));
    } else if (field.type !== 'array' && field.type !== undefined && field.type !== 'null' && !isBinary(field.schema))
      leaves.push({ path: `${prefix}${name}`, score: scoreOf(name, depth, required.has(name)) });
  }
  return leaves;
}

const telling = new Set(
  'id name title status state subject email phone number key code amount total currency price date start end due created url link text summary description type display message username first last body'.split(
    ' ',
  ),
);
const noise = new Set(
  'self href timestamp etag metadata avatar gravatar node hash checksum version schema object livemode internal raw icon html template css git cursor token secret password'.split(
    ' ',
  ),
);

function scoreOf(name: string, depth: number, required: boolean): number {
  const words = wordsOf(name);
  let score = required ? 1 : 0;
  if (words.some((word) => telling.has(word))) score += 4;
  if (words.length === 1) score += 2;
  if (words.length > 3) score -= 2;
  if (words.some((word) => noise.has(word))) score -= 6;
  return score - depth * 5;
}

/** The best in the order of the description, since that is how its authors tell the object. */
function best(leaves: readonly Leaf[], most: number): string[] {
  const ranked = [...leaves].sort((a, b) => b.score - a.score);
  const telling = ranked.filter(({ score }) => score > 0);
  const chosen = new Set(telling.length > 0 ? telling.slice(0, most) : ranked.slice(0, Math.min(4, most)));
  return leaves.filter((leaf) => chosen.has(leaf)).map(({ path }) => path);
}

function wantedOf(paths: readonly string[]): Wanted {
  const root: Wanted = {};
  for (const path of paths) {
    let at = root;
    for (const part of path.split('.').flatMap((text) => text.match(/^[^[]+|\[\]/g) ?? [])) at = at[part] ??= {};
  }
  return root;
}

function holds(body: unknown, path: string): boolean {
  const parts = path.split('.').flatMap((text) => text.match(/^[^[]+|\[\]/g) ?? []);
  return parts
    .reduce<unknown[]>(
      (values, part) =>
        values.flatMap((value) => {
          if (part === '[]') return Array.isArray(value) ? value : [];
          if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return [];
          return [(value as Record<string, unknown>)[part]];
        }),
      [body],
    )
    .some((value) => value !== undefined);
}
