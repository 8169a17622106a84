import type { Issue } from '@patchbay/contracts';
import { valueAt } from '../answer/value-at.ts';
import type { Arrival } from '../arrival.ts';
import type { Target } from '../route/target.ts';
import { decodePairs } from '../wire/decode-pairs.ts';
import type { Field } from '../wire/fields.ts';
import { parseMultipart } from '../wire/multipart.ts';
import { valueInPath } from '../wire/path-value.ts';
import { MalformedText, parseCookies, parsePairs, percentDecode } from '../wire/query-string.ts';
import { itemsOf, typesOf } from '../wire/schema-types.ts';
import { valueOfText } from '../wire/text-value.ts';
import { type BodyFailure, decodeBody } from './decode-body.ts';

export interface Decoded {
  readonly values: Record<string, unknown>;
  readonly issues: Issue[];
  readonly failure: BodyFailure | null;
  readonly idempotencyKey: string | null;
}

/** How the contract says the key is made. */
const ourKey = /^[0-9a-f]{32}$/;
const noNames: ReadonlySet<string> = new Set();

/** Reads every argument of the target off the wire. `groups` are the path's pieces. */
export function decodeRequest(arrival: Arrival, target: Target, groups: Readonly<Record<string, string>>): Decoded {
  const values: Record<string, unknown> = {};
  const issues: Issue[] = [];
  const complain = (path: string, message: string) => void issues.push({ path, message });
  if (arrival.queryIsMalformed)
    return { values, issues, failure: { status: 400, message: 'the query is malformed' }, idempotencyKey: null };
  let failure: BodyFailure | null = null;
  try {
    target.path.names.forEach((name, index) => {
      const field = target.pathFields.get(name);
      const raw = groups[`p${index}`] ?? '';
      if (field?.pathStyle !== undefined) values[field.argument] = valueInPath(field, raw);
      else if (field !== undefined) values[field.argument] = textOf(field, percentDecode(raw, false));
    });
    if (target.urlQuery !== '' && !arrival.query.startsWith(target.urlQuery))
      complain('query', 'must be the one of the URL that was handed out');
    const pairs =
      target.urlQuery === '' ? arrival.queryPairs : arrival.queryPairs.slice(target.urlQuery.split('&').length);
    decodePairs(pairs, target.queryNames, target.queryIgnored, values, complain);
    for (const field of target.headerFields) {
      const text = arrival.header(field.wire);
      if (text !== undefined) values[field.argument] = textOf(field, text);
    }
    decodePairs(parseCookies(arrival.header('cookie') ?? ''), target.cookieFields, noNames, values, complain);
    failure = decodeBody(arrival, target, values, complain);
  } catch (error) {
    if (!(error instanceof MalformedText)) throw error;
    failure = { status: 400, message: error.message };
  }
  const idempotencyKey = keyOf(arrival, target);
  if (target.idempotency.required && idempotencyKey === null)
    complain(
      `${target.idempotency.kind} ${target.idempotency.name}`,
      'is missing: the upstream takes an idempotency key here',
    );
  if (idempotencyKey !== null && !ourKey.test(idempotencyKey))
    complain(`${target.idempotency.kind} ${target.idempotency.name}`, 'must be 32 lower-case hexadecimal characters');
  return { values, issues, failure, idempotencyKey };
}

/** A path piece or header: lists are joined by commas. */
function textOf(field: Field, text: string): unknown {
  if (!typesOf(field.schema).has('array')) return valueOfText(text, field.schema);
  return text === '' ? [] : text.split(',').map((item) => valueOfText(item.trim(), itemsOf(field.schema)));
}

/** The idempotency key that the call carries, wherever the document has the upstream take one. */
function keyOf(arrival: Arrival, target: Target): string | null {
  const { kind, name, path } = target.idempotency;
  if (kind === 'header') return arrival.header(name) ?? null;
  if (kind === 'query') return arrival.queryValue(name) ?? null;
  if (kind !== 'field' || arrival.body.length === 0) return null;
  try {
    const key = keyInBody[target.bodyKind](arrival, name, path);
    return typeof key === 'string' ? key : null;
  } catch (error) {
    // What is wrong with the body is reported where its arguments are read.
    if (error instanceof MalformedText) return null;
    throw error;
  }
}

type FindKey = (arrival: Arrival, name: string, path: readonly string[]) => unknown;

const keyInBody: Record<Target['bodyKind'], FindKey> = {
  json: (arrival, _, path) => {
    const parsed = arrival.json();
    return 'value' in parsed ? valueAt(parsed.value, path) : undefined;
  },
  form: (arrival, name) => parsePairs(arrival.body.toString()).find(([key]) => key === name)?.[1],
  multipart: (arrival, name) =>
    parseMultipart(arrival.body, arrival.header('content-type') ?? '')
      .find((part) => part.name === name)
      ?.content.toString(),
  graphql: (arrival, _, path) => {
    const parsed = arrival.json();
    return 'value' in parsed ? valueAt(parsed.value, ['variables', ...path]) : undefined;
  },
  raw: () => undefined,
  none: () => undefined,
};
