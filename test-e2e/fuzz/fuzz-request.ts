import { brokenText } from './broken-value.ts';
import type { Described, Operation, Schema } from './openapi-types.ts';
import { type Random, randomOf } from './random.ts';
import { type ValueTerms, validValue } from './valid-value.ts';
import { wildRequest } from './wild-request.ts';

/** Somebody that comes, or does not get in. */
export interface Visitor {
  readonly name: string;
  /** Null: comes without a key. */
  readonly key: string | null;
  /** Whose marks may be told to them; null: anybody's. */
  readonly tenant: string | null;
  /** Keys of the platform name a tenant. */
  readonly names?: string;
  /** Share of the requests, beside the others. */
  readonly weight: number;
}

/** What there really is, by the name of a field or a part of a path. */
export type Known = Readonly<Record<string, readonly string[]>>;

export interface FuzzTerms {
  readonly seed: number;
  readonly description: Described;
  readonly visitors: readonly Visitor[];
  readonly known: Known;
  /** Schemas of tools' arguments. */
  readonly tools: Readonly<Record<string, Schema>>;
}

export interface FuzzRequest {
  readonly index: number;
  readonly visitor: string;
  readonly operation: string;
  readonly method: string;
  /** Path and query as they are sent. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
  /** The whole request as bytes (latin1) for a socket of its own, in the place of all the above. */
  readonly wild?: string;
  /** What was done to it; none: it is as the document says. */
  readonly broken: readonly string[];
}

/** Request number `index` of a run. Nothing else decides what it is. */
export function fuzzRequest(terms: FuzzTerms, index: number): FuzzRequest {
  const random = randomOf(terms.seed, index);
  const visitor = pickVisitor(terms.visitors, random);
  const operation = random.pick(terms.description.operations);
  const broken: string[] = [];
  const values: ValueTerms = { schemas: terms.description.schemas, random, known: terms.known };
  // Half of all requests are good; the others are spoilt at one place, or two.
  const spoilt = random.chance(0.5) ? [] : [random.int(0, 4), ...(random.chance(0.2) ? [random.int(0, 4)] : [])];
  const spoils = (what: number) => spoilt.includes(what);

  const target = `${pathOf(operation, values, spoils(0), broken)}${queryOf(operation, values, spoils(1), broken)}`;
  const headers: [string, string][] = [];
  if (visitor.key !== null) headers.push(['authorization', `Bearer ${visitor.key}`]);
  if (visitor.names !== undefined && random.chance(0.8)) headers.push(['patchbay-tenant', visitor.names]);
  let body: string | null = null;
  if (operation.body !== null) {
    const good = goodBody(operation, target, values, terms.tools);
    headers.push(['content-type', 'application/json']);
    if (spoils(2)) {
      const { text, how } = brokenText(good, random);
      broken.push(`body: ${how}`);
      body = text;
    } else body = JSON.stringify(good);
  }
  if (spoils(3)) spoilHeaders(headers, random, broken);
  const request = {
    index,
    visitor: visitor.name,
    operation: operation.operationId,
    method: operation.method,
    target,
    headers,
    body,
  };
  if (spoils(4)) {
    const { wild, how } = wildRequest(request, random);
    return { ...request, wild, broken: [...broken, how] };
  }
  return { ...request, broken };
}

function pickVisitor(visitors: readonly Visitor[], random: Random): Visitor {
  let left = random.next() * visitors.reduce((sum, { weight }) => sum + weight, 0);
  for (const visitor of visitors) {
    left -= visitor.weight;
    if (left < 0) return visitor;
  }
  return visitors[0] as Visitor;
}

const strangePaths = [
  '%2e%2e',
  '..',
  '%00',
  '%2F',
  '%',
  '%zz',
  '%F0%9F%91%BE',
  'a%20b',
  '_platform',
  'all',
  '*',
  '__proto__',
  'constructor',
  'x'.repeat(250),
  '%ff',
  '-1',
  ';x=1',
  'null',
];

function pathOf(operation: Operation, values: ValueTerms, spoil: boolean, broken: string[]): string {
  const { random } = values;
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (spoil) {
      const strange = random.pick(strangePaths);
      broken.push(`path ${name}: ${strange.slice(0, 20)}`);
      return strange;
    }
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(String(validValue(parameter?.schema ?? {}, values, name)));
  });
}

const strangeQueries = [
  'x=1',
  'limit=-1',
  'limit=1e9',
  'limit=abc',
  'cursor=%00',
  'cursor=AAAA',
  '__proto__=1',
  'limit[]=1',
  'limit=1&limit=2',
  '%zz=%zz',
  '%F0%9F%91%BE=1',
  'from=yesterday',
  '=',
  '&&&',
  'tenant=rival',
  `cursor=${'x'.repeat(3_000)}`,
];

function queryOf({ parameters }: Operation, values: ValueTerms, spoil: boolean, broken: string[]): string {
  const { random } = values;
  const pairs = parameters
    .filter((one) => one.in === 'query' && (one.required === true || random.chance(0.4)))
    .flatMap(({ name, schema }) => {
      const value = validValue(schema, values, name);
      return (Array.isArray(value) ? value : [value]).map((one) => `${name}=${encodeURIComponent(wellFormed(one))}`);
    });
  if (spoil) {
    const strange = random.pick(strangeQueries);
    broken.push(`query: ${strange.slice(0, 30)}`);
    pairs.push(strange);
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

const wellFormed = (value: unknown) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed();

function goodBody(operation: Operation, target: string, values: ValueTerms, tools: FuzzTerms['tools']): unknown {
  const body = validValue(operation.body ?? {}, values);
  const tool = /^\/v1\/tools\/([a-z0-9_]+)\/execute/.exec(target)?.[1];
  const schema = tool === undefined ? undefined : tools[tool];
  if (schema === undefined || body === null || typeof body !== 'object') return body;
  return { ...body, arguments: validValue(schema, { ...values, known: {} }) };
}

function spoilHeaders(headers: [string, string][], random: Random, broken: string[]): void {
  const kinds: Readonly<Record<string, () => void>> = {
    'no content type': () => drop(headers, 'content-type'),
    'another content type': () =>
      replace(
        headers,
        'content-type',
        random.pick([
          'text/plain',
          'application/xml',
          'multipart/form-data',
          'application/json; charset=utf-16',
          'application/x-www-form-urlencoded',
          'application/',
          'application/jsonp',
        ]),
      ),
    'foreign tenant': () =>
      replace(
        headers,
        'patchbay-tenant',
        random.pick(['rival', '_platform', 'all', '*', 'ACME', 'a.b', '', 'x'.repeat(500)]),
      ),
    'idempotency key': () =>
      replace(
        headers,
        'idempotency-key',
        random.pick(['k', 'x'.repeat(191), 'x'.repeat(190), ' ', 'a b', '../x', 'é']),
      ),
    traceparent: () =>
      replace(
        headers,
        'traceparent',
        random.pick([
          'x',
          '00-0-0-0',
          `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`,
          `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
          'x'.repeat(2_000),
        ]),
      ),
    'if-none-match': () =>
      replace(headers, 'if-none-match', random.pick(['*', '"x"', 'W/"x"', '"', ',,,', 'x'.repeat(3_000)])),
    'if-match': () => replace(headers, 'if-match', random.pick(['*', '"x"', 'W/"x"', '"', ',,,', 'x'.repeat(3_000)])),
    accept: () =>
      replace(
        headers,
        'accept',
        random.pick(['text/event-stream', 'application/xml', 'text/event-stream, */*', 'x', '*/*;q=0']),
      ),
    'another key': () =>
      replace(
        headers,
        'authorization',
        random.pick([
          'Bearer ',
          'Basic YTpi',
          'Bearer pbk_x',
          `Bearer ${'x'.repeat(300)}`,
          'bearer',
          `Bearer pbk_${'0'.repeat(26)}_${'A'.repeat(43)}`,
        ]),
      ),
    'method override': () => replace(headers, 'x-http-method-override', 'DELETE'),
    'many headers': () => headers.push(...Array.from({ length: 300 }, (_, i) => [`x-h${i}`, 'v'] as [string, string])),
    'huge header': () => replace(headers, 'x-huge', 'x'.repeat(random.pick([8_000, 15_000, 20_000]))),
    forwarded: () => replace(headers, 'x-forwarded-for', random.pick(['127.0.0.1', 'x, y, z', '::1'])),
    origin: () => replace(headers, 'origin', random.pick(['null', 'https://evil.example', 'x'])),
  };
  const how = random.pick(Object.keys(kinds));
  broken.push(`header: ${how}`);
  (kinds[how] as () => void)();
}

function drop(headers: [string, string][], name: string): void {
  const at = headers.findIndex(([one]) => one === name);
  if (at !== -1) headers.splice(at, 1);
}

function replace(headers: [string, string][], name: string, value: string): void {
  drop(headers, name);
  headers.push([name, value]);
}
