import { timingSafeEqual } from 'node:crypto';
import type { Credential, Issue } from '@patchbay/contracts';
import type { Arrival } from '../arrival.ts';
import type { ExchangeEndpoint, ExpectedText } from '../route/exchange-endpoint.ts';
import { MalformedText, type Pair, parsePairs } from '../wire/query-string.ts';
import { unexpectedSecretHeaders } from './check-headers.ts';
import { filledTemplate } from './template-shape.ts';

/** Whether a request for a token is what the document says: 200, else the status and what is wrong. */
interface ExchangeVerdict {
  readonly status: 200 | 400 | 401 | 405 | 415 | 422;
  readonly issues: readonly Issue[];
}

const mediaTypes = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const;

/** `stored`: the credential that alone gets a token; null takes any of the right shape. */
export function checkExchange(
  arrival: Arrival,
  endpoint: ExchangeEndpoint,
  stored: Credential | null,
): ExchangeVerdict {
  const { exchange } = endpoint;
  if (arrival.method !== exchange.method) return wrong(405, 'method', `expected ${exchange.method}`);
  if (arrival.query !== '') return wrong(422, 'query', 'a token exchange has none');
  const fields = fieldsOf(arrival, endpoint);
  if ('status' in fields) return fields;
  const known = stored === null ? null : credentialFieldsOf(stored);
  const issues = [
    ...compare('header', endpoint.headers, (name) => arrival.header(name), known),
    ...compare('field', endpoint.fields, (name) => fields.find(([given]) => given === name)?.[1], known),
    ...fields
      .filter(
        ([name], i) =>
          !endpoint.fields.some((field) => field.name === name) || fields.findIndex(([n]) => n === name) !== i,
      )
      .map(([name]) => ({ path: `field ${name}`, message: 'is not one of the exchange, or stands there twice' })),
  ];
  const allowed = new Set([
    ...endpoint.headers.map(({ name }) => name),
    ...(exchange.auth === 'none' ? [] : ['authorization']),
  ]);
  for (const name of unexpectedSecretHeaders(arrival, null))
    if (!allowed.has(name))
      issues.push({ path: `header ${name}`, message: 'carries what the exchange does not ask for' });
  const proof = clientProof(arrival, exchange.auth, known);
  if (proof !== null) return { status: 401, issues: [proof] };
  const isRefused = known !== null && issues.some(({ message }) => message === notAccepted);
  return { status: issues.length === 0 ? 200 : isRefused ? 401 : 422, issues };
}

const notAccepted = 'is not what this credential gives';

function wrong(status: 400 | 405 | 415 | 422, path: string, message: string): ExchangeVerdict {
  return { status, issues: [{ path, message }] };
}

/** The body's fields as text, in order. */
function fieldsOf(arrival: Arrival, { exchange, hasBody }: ExchangeEndpoint): readonly Pair[] | ExchangeVerdict {
  if (!hasBody || exchange.body === 'none')
    return arrival.body.length === 0 ? [] : wrong(422, 'body', 'this exchange has none');
  const media = (arrival.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (media !== mediaTypes[exchange.body]) return wrong(415, 'content-type', `expected ${mediaTypes[exchange.body]}`);
  if (exchange.body === 'form') {
    try {
      return parsePairs(arrival.body.toString());
    } catch (error) {
      if (error instanceof MalformedText) return wrong(400, 'body', error.message);
      throw error;
    }
  }
  const parsed = arrival.json();
  if ('error' in parsed) return wrong(400, 'body', parsed.error);
  const members = Object.entries(Object(parsed.value) as Record<string, unknown>);
  const other = members.find(([, value]) => typeof value !== 'string');
  return other === undefined ? (members as [string, string][]) : wrong(422, `field ${other[0]}`, 'expected a text');
}

function compare(
  where: string,
  expected: readonly ExpectedText[],
  read: (name: string) => string | undefined,
  known: Readonly<Record<string, string>> | null,
): Issue[] {
  return expected.flatMap(({ name, template, shape }) => {
    const given = read(name);
    const path = `${where} ${name}`;
    if (given === undefined) return [{ path, message: 'is missing' }];
    if (!shape.test(given)) return [{ path, message: 'has another shape than the document says' }];
    const filled = known === null ? null : filledTemplate(template, known);
    return filled === null || same(given, filled) ? [] : [{ path, message: notAccepted }];
  });
}

function clientProof(
  arrival: Arrival,
  kind: ExchangeEndpoint['exchange']['auth'],
  known: Readonly<Record<string, string>> | null,
): Issue | null {
  if (kind === 'none') return null;
  const given = arrival.header('authorization');
  const path = 'header authorization';
  if (given === undefined) return { path, message: 'is missing' };
  const shape =
    kind === 'bearer'
      ? /^Bearer [\x21-\x7e]+$/
      : /^Basic (?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  if (!shape.test(given)) return { path, message: `expected ${kind}` };
  if (known === null) return null;
  const user = known.username ?? known.client_id ?? known.api_key ?? '';
  const expected =
    kind === 'bearer'
      ? `Bearer ${known.token ?? known.api_key ?? ''}`
      : `Basic ${Buffer.from(`${user}:${known.password ?? known.client_secret ?? ''}`).toString('base64')}`;
  return same(given, expected) ? null : { path, message: notAccepted };
}

function credentialFieldsOf(credential: Credential): Record<string, string> {
  switch (credential.type) {
    case 'custom':
      return credential.fields;
    case 'oauth2':
      return { token: credential.access_token };
    default: {
      const { type: _type, ...fields } = credential;
      return fields;
    }
  }
}

function same(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
