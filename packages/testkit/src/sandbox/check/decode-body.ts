import type { Arrival } from '../arrival.ts';
import type { Target } from '../route/target.ts';
import { decodeJson } from '../wire/decode-json.ts';
import { type Complain, decodePairs } from '../wire/decode-pairs.ts';
import type { Field } from '../wire/fields.ts';
import { fileValue, isFile } from '../wire/file-value.ts';
import { type Part, parseMultipart } from '../wire/multipart.ts';
import { MalformedText, parsePairs } from '../wire/query-string.ts';
import { itemsOf, typesOf } from '../wire/schema-types.ts';
import { valueOfText } from '../wire/text-value.ts';
import { decodeGraphQl } from './decode-graphql.ts';

/** Why a body could not be read at all. */
export interface BodyFailure {
  readonly status: 400 | 415;
  readonly message: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes the body into arguments by the target's encoding. */
export function decodeBody(
  arrival: Arrival,
  target: Target,
  into: Record<string, unknown>,
  complain: Complain,
): BodyFailure | null {
  const { body } = arrival;
  if (target.bodyKind === 'none') return body.length === 0 ? null : { status: 400, message: 'this call has no body' };
  if (body.length === 0) return null;
  const type = arrival.header('content-type') ?? '';
  const media = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (target.contentType !== null && media !== target.contentType) {
    return {
      status: 415,
      message: `the content type is ${media === '' ? 'missing' : `'${media}'`}: expected '${target.contentType}'`,
    };
  }
  const charset = /;\s*charset="?([^";\s]+)/i.exec(type)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) return { status: 415, message: 'the charset must be UTF-8' };
  try {
    return decoders[target.bodyKind](arrival, target, into, complain);
  } catch (error) {
    if (error instanceof MalformedText || error instanceof TypeError)
      return { status: 400, message: `the body is malformed: ${error.message}` };
    throw error;
  }
}

type Decoder = (
  arrival: Arrival,
  target: Target,
  into: Record<string, unknown>,
  complain: Complain,
) => BodyFailure | null;

const decoders: Record<'json' | 'form' | 'multipart' | 'raw' | 'graphql', Decoder> = {
  json: (arrival, target, into, complain) => {
    const parsed = arrival.json();
    if ('error' in parsed) return { status: 400, message: parsed.error };
    if (target.rootField !== null) into[target.rootField.argument] = parsed.value;
    else if (Array.isArray(parsed.value) && ![...target.bodyTree.children.keys()].some((key) => /^\[\d/.test(key)))
      return { status: 400, message: 'the body must be a JSON object' };
    else decodeJson(parsed.value, target.bodyTree, into, complain);
    return null;
  },
  graphql: decodeGraphQl,
  form: (arrival, target, into, complain) => {
    decodePairs(parsePairs(utf8.decode(arrival.body)), target.bodyNames, target.bodyIgnored, into, complain);
    return null;
  },
  multipart: (arrival, target, into, complain) => {
    decodeParts(parseMultipart(arrival.body, arrival.header('content-type') ?? ''), target, into, complain);
    return null;
  },
  raw: (arrival, target, into, complain) => {
    const field = target.rootField;
    if (field === null) complain('body', 'is not a parameter of this call');
    else if (isFile(field.schema))
      into[field.argument] = fileValue(arrival.body, null, arrival.header('content-type') ?? null, field.schema);
    else into[field.argument] = textValue(utf8.decode(arrival.body), field, complain);
    return null;
  },
};

/** A file part is a file argument, any other part text; a list is one part for each item. */
function decodeParts(parts: readonly Part[], target: Target, into: Record<string, unknown>, complain: Complain): void {
  const lists = new Map<Field, unknown[]>();
  for (const part of parts) {
    const field = target.fields.find((candidate) => candidate.place === 'body' && candidate.wire === part.name);
    if (field === undefined) {
      if (!target.bodyIgnored.has(part.name)) complain(part.name, 'is not a parameter of this call');
      continue;
    }
    const file = [field.schema, itemsOf(field.schema)].find(isFile);
    const value =
      file !== undefined && part.filename !== null
        ? fileValue(part.content, part.filename, part.contentType, file)
        : textValue(utf8.decode(part.content), field, complain);
    lists.set(field, [...(lists.get(field) ?? []), value]);
  }
  for (const [field, values] of lists) {
    if (typesOf(field.schema).has('array')) into[field.argument] = values;
    else if (values.length > 1) complain(field.argument, 'is given more than once');
    else into[field.argument] = values[0];
  }
}

/** Text stands for itself, or is JSON where the parameter is an object. */
function textValue(text: string, field: Field, complain: Complain): unknown {
  const types = typesOf(field.schema);
  const schema = types.has('array') ? itemsOf(field.schema) : field.schema;
  if (!typesOf(schema).has('object') || typesOf(schema).has('string')) return valueOfText(text, schema);
  try {
    return JSON.parse(text);
  } catch {
    return void complain(field.argument, 'must be JSON text');
  }
}
