import { createHash, createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { decode } from './encodings.ts';
import { headerOf, Refusal } from './hook-request.ts';
import { textOf, valueAt } from './json-path.ts';
import { readJson } from './read-json.ts';
import { only, type RequestView } from './request-view.ts';
import { type Filter, type Source, type TemplatePart, templateOf } from './template.ts';

/** What a template takes its values from. */
export interface Values {
  readonly view: RequestView;
  /** The URL to sign with, where the vendor may have used another spelling. */
  readonly url?: string;
  readonly timestamp?: string;
  /** One item of a list that is signed item by item. */
  readonly item?: unknown;
  readonly secret?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The template with its values, as bytes. @throws Refusal `value_missing`, `value_ambiguous`, `body_unreadable`, `repeated_header`. */
export function renderBytes(template: string, values: Values): Buffer {
  return bytesOf(partsOf(template, values));
}

/** As `renderBytes`, as text. */
export function renderText(template: string, values: Values): string {
  const parts = partsOf(template, values);
  // Most are one header or one field: no need to make bytes of their text and text of the bytes.
  return parts.every((part) => typeof part === 'string')
    ? parts.join('').toWellFormed()
    : bytesOf(parts).toString('utf8');
}

function partsOf(template: string, values: Values): (string | Uint8Array)[] {
  return templateOf(template).map((part) => (typeof part === 'string' ? part : partValue(part, values)));
}

function bytesOf(parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** As `renderText`; null when a value is not there. */
export function renderIfThere(template: string, values: Values): string | null {
  try {
    return renderText(template, values);
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'value_missing') return null;
    throw error;
  }
}

function partValue(part: TemplatePart, values: Values): string | Uint8Array {
  const found = sources[part.source](values, part.argument);
  const optional = part.filters.some(({ name }) => name === 'or_empty');
  if (found === null && !optional) throw missing(part);
  let value: string | Uint8Array = found ?? '';
  for (const { name, argument } of part.filters) {
    const next = filters[name](value, argument, values);
    if (next === null) throw missing(part);
    value = next;
  }
  return value;
}

function missing({ source, argument }: TemplatePart): Refusal {
  return new Refusal('value_missing', `There is no ${source}${argument && ` ${argument}`}.`);
}

const sources: Readonly<Record<Source, (values: Values, argument: string) => string | Uint8Array | null>> = {
  body: ({ view }) => view.request.body,
  url: ({ view, url }) => url ?? view.request.url,
  method: ({ view }) => view.request.method,
  timestamp: ({ timestamp }) => timestamp ?? null,
  secret: ({ secret }) => secret ?? null,
  setting: ({ settings }, name) => settings?.[name] ?? null,
  header: ({ view }, name) => headerOf(view.request, name),
  query: ({ view }, name) => only(view.query, name),
  form: ({ view }, name) => only(view.form, name),
  json: ({ view }, path) => textOf(valueAt(view.json, path)),
  item: ({ item }, path) => textOf(valueAt(item, path)),
  basic: ({ view }) => basicOf(headerOf(view.request, 'authorization')),
  form_sorted: ({ view }) => sortedForm(view.form),
  has({ view }, names) {
    return names.split(',').find((name) => valueAt(view.json, name) !== undefined) ?? null;
  },
  lines({ view }, names) {
    const fields = names.split(',').flatMap((name) => {
      const text = textOf(valueAt(view.json, name));
      return text === null ? [] : `${name}\n${text}\n`;
    });
    return fields.length === 0 ? null : fields.join('');
  },
};

const filters: Readonly<
  Record<Filter, (value: string | Uint8Array, argument: string, values: Values) => string | Uint8Array | null>
> = {
  sha256_hex: (value) => createHash('sha256').update(value).digest('hex'),
  crc32: (value) => String(crc32(value)),
  hmac_sha256_hex: (value, _, { secret }) => createHmac('sha256', secretOf(secret)).update(value).digest('hex'),
  hmac_sha256_base64: (value, _, { secret }) => createHmac('sha256', secretOf(secret)).update(value).digest('base64'),
  hmac_sha1_of_sha1_hex(value, _, { secret }) {
    const key = createHash('sha1').update(secretOf(secret)).digest();
    return createHmac('sha1', key).update(value).digest('hex');
  },
  json: (value, path) => textOf(valueAt(readJson(Buffer.from(value)), path)),
  header_values(value, between, { view }) {
    const values = text(value)
      .split(' ')
      .map((name) => headerOf(view.request, name.toLowerCase()));
    return values.includes(null) ? null : values.join(between);
  },
  from_base64: (value) => decode(text(value).replace(/\s/g, ''), 'base64'),
  or_empty: (value) => value,
  after(value, mark) {
    const at = text(value).indexOf(mark);
    return at < 0 ? null : text(value).slice(at + mark.length);
  },
  before(value, mark) {
    const at = text(value).indexOf(mark);
    return at < 0 ? null : text(value).slice(0, at);
  },
};

function secretOf(secret: string | undefined): string {
  if (secret === undefined || secret === '') throw new Refusal('no_secret', 'The source has no secret yet.');
  return secret;
}

function text(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}

function basicOf(header: string | null): string | null {
  const match = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '');
  return match === null ? null : Buffer.from(match[1] as string, 'base64').toString('utf8');
}

/** As Twilio signs a form: names in order, the values of one name once each and in order, nothing in between. */
function sortedForm(fields: readonly (readonly [string, string])[]): string {
  const byName = new Map<string, Set<string>>();
  for (const [name, value] of fields) byName.set(name, (byName.get(name) ?? new Set()).add(value));
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) =>
      [...values]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('');
}
