import { type EffectiveSchema, effectiveSchema, isBinary, requiredOf } from '../schema/effective-schema.ts';
import { plainText } from '../schema/plain-text.ts';
import type { References } from '../spec/references.ts';
import type { MediaType, RequestBody, Schema } from '../spec/types.ts';
import type { Candidate, LeftOut } from './candidate.ts';
import { exampleOf } from './example-of.ts';

export interface DraftedBody {
  readonly encoding: 'json' | 'form' | 'multipart' | 'raw' | 'none';
  /** Said where it differs from what the encoding sends. */
  readonly contentType: string | undefined;
  readonly required: boolean;
  readonly candidates: readonly Candidate[];
  readonly leftOut: readonly LeftOut[];
}

const noBody: DraftedBody = { encoding: 'none', contentType: undefined, required: false, candidates: [], leftOut: [] };
const maxFlattening = 3;

/** A request's body: how it is encoded, and what of it could become arguments. */
export function bodyCandidates(raw: RequestBody | undefined, path: string, references: References): DraftedBody {
  const body = references.resolve(raw);
  const chosen = chooseMediaType(body?.content ?? {});
  if (body === undefined || chosen === undefined) return noBody;
  const [mediaType, rawMedia] = chosen;
  const media = references.resolve<MediaType>(rawMedia) ?? {};
  const encoding = encodingOf(mediaType);
  const effective = effectiveSchema(media.schema, references);
  const example = exampleOf(media, references);
  // A file brings a type of its own, which the description may not know.
  const usual = encoding !== 'raw' && usualTypes[encoding] === baseOf(mediaType);
  const contentType = usual || mediaType.includes('*') ? undefined : baseOf(mediaType);
  const common = { encoding, contentType, required: body.required === true };
  const whole = (): DraftedBody => {
    if (encoding === 'multipart') throw new Error('its body is multipart, of which no field is described');
    const file = encoding === 'raw' && (isBinary(effective.schema) || !/^text\/|xml|json/.test(mediaType));
    const root: Candidate = {
      wireName: 'body',
      place: 'body_root',
      at: 'body',
      effective,
      required: true,
      description: plainText(body.description ?? effective.schema.description),
      example,
      file,
      style: {},
    };
    return { ...common, candidates: [root], leftOut: [] };
  };
  if (encoding === 'raw' || effective.type !== 'object' || effective.schema.properties === undefined) return whole();
  const flat = new Flattening(encoding, media, references, path);
  flat.add(effective, '', true, 0, example);
  // A field that must be there and that no name can say: the body is then given as it is.
  return flat.inexpressible ? whole() : { ...common, candidates: flat.candidates, leftOut: flat.leftOut };
}

const usualTypes: Readonly<Record<string, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
};

function baseOf(mediaType: string): string {
  return (mediaType.split(';')[0] as string).trim().toLowerCase();
}

function encodingOf(mediaType: string): 'json' | 'form' | 'multipart' | 'raw' {
  const base = baseOf(mediaType);
  if (base === '*/*' || base === 'application/*' || /[/+]json$/.test(base)) return 'json';
  if (base === 'application/x-www-form-urlencoded') return 'form';
  return base.startsWith('multipart/') ? 'multipart' : 'raw';
}

function chooseMediaType(content: Readonly<Record<string, MediaType>>): [string, MediaType] | undefined {
  const order = ['json', 'form', 'multipart', 'raw'];
  const plainFirst = (mediaType: string) => (baseOf(mediaType) === 'application/json' ? 0 : 1);
  return Object.entries(content).sort(
    ([a], [b]) => order.indexOf(encodingOf(a)) - order.indexOf(encodingOf(b)) || plainFirst(a) - plainFirst(b),
  )[0];
}

/** Takes an object apart into values that a caller could say, as far as the encoding can put them together again. */
class Flattening {
  readonly candidates: Candidate[] = [];
  readonly leftOut: LeftOut[] = [];
  inexpressible = false;
  private readonly encoding: 'json' | 'form' | 'multipart';
  private readonly media: MediaType;
  private readonly references: References;
  private readonly collection: string;

  constructor(encoding: 'json' | 'form' | 'multipart', media: MediaType, references: References, path: string) {
    this.encoding = encoding;
    this.media = media;
    this.references = references;
    this.collection = (path.split('/').findLast((part) => part !== '' && !part.startsWith('{')) ?? '').toLowerCase();
  }

  /** `needed`: whether the object must be in the request, so that what it requires must be too. */
  add({ schema, trail }: EffectiveSchema, prefix: string, needed: boolean, depth: number, example: unknown): void {
    const required = requiredOf(schema);
    const fields = Object.values(schema.properties ?? {});
    const allReadOnly = fields.every((one) => effectiveSchema(one, this.references, trail).schema.readOnly === true);
    const examples = (example !== null && typeof example === 'object' ? example : {}) as Record<string, unknown>;
    for (const [name, node] of Object.entries(schema.properties ?? {})) {
      const field = effectiveSchema(node, this.references, trail);
      const must = needed && required.has(name);
      const at = this.nameOf(prefix, name);
      const skip = (reason: string) => this.leftOut.push({ name: `${prefix}${name}`, in: 'body', reason });
      // A few mark all that can be sent as what can only be read.
      if (field.schema.readOnly === true && !allReadOnly) continue;
      // OData's annotations, such as `@odata.type`: its services know the type of what they are sent.
      if (name.startsWith('@')) {
        skip('an annotation of OData');
        continue;
      }
      if (field.schema.deprecated === true && !must) skip('deprecated');
      else if (at === undefined) {
        this.inexpressible ||= must;
        skip('no name can say it in a body');
      } else if (field.circular && !must) skip('leads back into itself');
      else
        this.addField(field, name, at, must, depth, Object.hasOwn(examples, name) ? examples[name] : undefined, skip);
    }
  }

  private addField(
    field: EffectiveSchema,
    name: string,
    at: string,
    must: boolean,
    depth: number,
    example: unknown,
    skip: (reason: string) => void,
  ): void {
    const { schema, type } = field;
    const nests = this.encoding !== 'multipart' && depth < maxFlattening;
    if (type === 'object' && schema.properties !== undefined && nests && !this.isJsonPart(name)) {
      const within = new Flattening(this.encoding, this.media, this.references, '');
      within.add(field, `${at}\n`, must, depth + 1, example);
      const whole = [...within.candidates, ...within.leftOut].length === 0 || within.inexpressible;
      if (!whole && (must || [...requiredOf(schema)].every((one) => one.startsWith('@')))) {
        this.candidates.push(...(must ? withOneRequired(within.candidates) : within.candidates));
        this.leftOut.push(...within.leftOut.map((one) => ({ ...one, name: one.name.replaceAll('\n', '.') })));
        return;
      }
      if (!must) return skip('an object with fields of its own that it requires');
    }
    const item = type === 'array' ? effectiveSchema(schema.items, this.references, field.trail) : undefined;
    if (
      this.encoding === 'json' &&
      depth === 0 &&
      item?.type === 'object' &&
      item.schema.properties !== undefined &&
      name.toLowerCase() === this.collection
    ) {
      // `PUT /Contacts { Contacts: [...] }`: one at a time is what a caller asks for.
      const first = Array.isArray(example) ? example[0] : undefined;
      const within = new Flattening(this.encoding, this.media, this.references, '');
      within.add(item, `${at}[0]\n`, true, 1, first);
      if (!within.inexpressible && within.candidates.length > 0) {
        this.candidates.push(...within.candidates);
        this.leftOut.push(...within.leftOut.map((one) => ({ ...one, name: one.name.replaceAll('\n', '.') })));
        return;
      }
    }
    const spread = this.encoding === 'json' && item?.type === 'object' ? spreadLeaf(item, this.references) : undefined;
    if (spread !== undefined && !/\[\]/.test(at)) {
      const list: Schema = { type: 'array', items: spread.leaf.schema, ...(must && { minItems: 1 }) };
      const told = plainText(schema.description ?? schema.title);
      this.candidates.push({
        wireName: name,
        place: 'body',
        at: `${at}[].${spread.path}`,
        effective: { schema: list, type: 'array', trail: field.trail, circular: false },
        required: must,
        description: `${told.length >= 10 ? `${told.replace(/[.]$/, '')}: the ` : 'List of '}${spread.path.split('.').at(-1)} of each.`,
        example: undefined,
        file: false,
        style: {},
      });
      return;
    }
    this.candidates.push({
      wireName: name,
      place: 'body',
      at,
      effective: field,
      required: must,
      description: plainText(schema.description ?? schema.title),
      example,
      file: this.encoding === 'multipart' && (isBinary(schema) || (item !== undefined && isBinary(item.schema))),
      style: this.styleOf(name, type),
    });
  }

  /** The field's name in the encoding's grammar; `undefined` where it has none. A prefix ends with a line break. */
  private nameOf(prefix: string, name: string): string | undefined {
    if (['__proto__', 'constructor', 'prototype'].includes(name)) return undefined;
    const outer = prefix.replace(/\n$/, '');
    if (this.encoding !== 'json') return outer === '' ? name : `${outer}[${name}]`;
    // Dots and brackets have a meaning there.
    if (name === '' || /[.[\]\s]/.test(name)) return undefined;
    return outer === '' ? name : `${outer}.${name}`;
  }

  private isJsonPart(name: string): boolean {
    return this.media.encoding?.[name]?.contentType?.includes('json') === true;
  }

  private styleOf(name: string, type: string | undefined): Record<string, unknown> {
    if (this.encoding !== 'form') return {};
    const { style, explode, contentType } = this.media.encoding?.[name] ?? {};
    if (type === 'array') {
      if (style === 'deepObject') return { 'x-array-style': 'brackets' };
      if (style === 'spaceDelimited') return { 'x-array-style': 'space' };
      if (style === 'pipeDelimited') return { 'x-array-style': 'pipe' };
      return explode === false ? { 'x-array-style': 'comma' } : {};
    }
    if (type !== 'object') return {};
    if (contentType?.includes('json')) return { 'x-object-style': 'json' };
    if (style === 'form') return { 'x-object-style': explode === false ? 'comma' : 'form' };
    return {};
  }
}

/** An object that must be there has something in it, even where none of its fields says so. */
function withOneRequired(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length === 0 || candidates.some(({ required }) => required)) return candidates;
  const named = candidates.findIndex(({ wireName }) => /(?:id|key|code|number|name|email)$/i.test(wireName));
  const chosen = Math.max(0, named);
  return candidates.map((candidate, index) => (index === chosen ? { ...candidate, required: true } : candidate));
}

/**
 * The one value that stands for an item of a list: the only one it requires, else its address or id. A list of such values
 * is something that a caller can say: `attendees[].emailAddress.address`.
 */
function spreadLeaf(
  item: EffectiveSchema,
  references: References,
  depth = 0,
): { readonly path: string; readonly leaf: EffectiveSchema } | undefined {
  const required = [...requiredOf(item.schema)].filter((name) => !name.startsWith('@'));
  if (required.length > 1 || depth > 2) return undefined;
  const entries = Object.entries(item.schema.properties ?? {}).filter(([name]) =>
    /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name),
  );
  const ranked = [/^(?:email|address|email_?address)$/i, /^g?id$/i].flatMap((shape) =>
    entries.filter(([name]) => shape.test(name)),
  );
  const candidates = required.length === 1 ? entries.filter(([name]) => name === required[0]) : ranked;
  for (const [name, node] of candidates) {
    const field = effectiveSchema(node, references, item.trail);
    if (field.circular || field.schema.readOnly === true) continue;
    if (field.type === 'string' || field.type === 'integer' || field.type === 'number')
      return { path: name, leaf: field };
    if (field.type !== 'object') continue;
    const within = spreadLeaf(field, references, depth + 1);
    if (within !== undefined) return { ...within, path: `${name}.${within.path}` };
  }
  return undefined;
}
