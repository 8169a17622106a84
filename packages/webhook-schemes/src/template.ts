/**
 * Templates: literal text and values of a request in braces, `{source}`, `{source:argument}`, with filters after `|`.
 *
 * | source | gives |
 * |---|---|
 * | `body` | the bytes as they came |
 * | `url`, `method` | the public URL with its query; the method in capitals |
 * | `timestamp` | the text of the scheme's timestamp |
 * | `secret`, `setting:name` | the secret as entered; another value of the source |
 * | `header:name`, `query:name`, `form:name` | a value that is there once; several are refused |
 * | `json:path`, `item:path` | text, a number or a truth value of the body, of one item of it; `a.b`, `a.0.b` |
 * | `form_sorted` | every form field, sorted, name and value without separators, equal values once |
 * | `has:a,b` | the name of the first of these fields that the JSON body has |
 * | `lines:a,b` | of each field of the JSON body that is there, its name and its value, a line each |
 * | `basic` | user and password of the Authorization header, `user:password` |
 *
 * | filter | makes of it |
 * |---|---|
 * | `sha256_hex`, `crc32` | the digest in hex; the CRC-32 as a decimal number |
 * | `hmac_sha256_hex`, `hmac_sha256_base64` | the HMAC under the secret |
 * | `hmac_sha1_of_sha1_hex` | the HMAC-SHA1 under the SHA-1 of the secret |
 * | `json:path` | what is there in the JSON that it is the text of |
 * | `header_values:text` | of the headers that it names, with spaces between, the values with the text between |
 * | `from_base64` | the bytes that it is the Base64 of |
 * | `or_empty` | nothing where there is no value |
 * | `after:text`, `before:text` | what stands after, or before, the first such text |
 */
export interface TemplatePart {
  readonly source: Source;
  readonly argument: string;
  readonly filters: readonly { readonly name: Filter; readonly argument: string }[];
}

const sources = {
  body: false,
  url: false,
  method: false,
  timestamp: false,
  secret: false,
  basic: false,
  form_sorted: false,
  setting: true,
  header: true,
  query: true,
  form: true,
  json: true,
  item: true,
  lines: true,
  has: true,
} as const;
export type Source = keyof typeof sources;

const filters = {
  sha256_hex: false,
  crc32: false,
  hmac_sha256_hex: false,
  hmac_sha256_base64: false,
  hmac_sha1_of_sha1_hex: false,
  json: true,
  header_values: true,
  from_base64: false,
  or_empty: false,
  after: true,
  before: true,
} as const;
export type Filter = keyof typeof filters;

export type Template = readonly (string | TemplatePart)[];

const parsed = new Map<string, Template>();

/** The template, or what is wrong with it. Remembered: schemes are few and read once. */
export function parseTemplate(text: string): Template | string {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const parts: (string | TemplatePart)[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    const literal = text.slice(at, open < 0 ? undefined : open);
    if (literal.includes('}')) return `'${text}' has a brace that nothing opens`;
    if (literal !== '') parts.push(literal);
    if (open < 0) break;
    const close = text.indexOf('}', open);
    if (close < 0) return `'${text}' has a brace that nothing closes`;
    const part = parsePart(text.slice(open + 1, close));
    if (typeof part === 'string') return part;
    parts.push(part);
    at = close + 1;
  }
  parsed.set(text, parts);
  return parts;
}

/** The template of a document that was checked. */
export function templateOf(text: string): Template {
  const template = parseTemplate(text);
  if (typeof template === 'string') throw new Error(template);
  return template;
}

function parsePart(text: string): TemplatePart | string {
  const [head = '', ...rest] = text.split('|');
  const [source, argument] = split(head);
  if (!Object.hasOwn(sources, source)) return `'${source}' is no source of a template`;
  if (sources[source as Source] !== (argument !== '')) return `'${head}' has one argument too many or too few`;
  const used = [];
  for (const one of rest) {
    const [name, value] = split(one);
    if (!Object.hasOwn(filters, name)) return `'${name}' is no filter of a template`;
    if (filters[name as Filter] !== (value !== '')) return `'${one}' has one argument too many or too few`;
    used.push({ name: name as Filter, argument: value });
  }
  return { source: source as Source, argument, filters: used };
}

function split(text: string): [string, string] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}
