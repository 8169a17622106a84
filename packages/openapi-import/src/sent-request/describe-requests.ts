import { schemaOfExample } from '../operation/answer.ts';
import { isCredentialName } from '../operation/credential-names.ts';
import { snakeName, wordsOf } from '../schema/plain-text.ts';
import type {
  ApiDescription,
  ApiParameter,
  MediaType,
  Operation,
  PathItem,
  Schema,
  SecurityScheme,
} from '../spec/types.ts';
import type { SentAuth, SentRequest } from './sent-request.ts';

export interface DescribedRequests {
  readonly description: ApiDescription;
  /** What was left behind, in words and names; never a value. */
  readonly droppedCredentials: readonly string[];
}

/** Requests as an API description, so that the same draft is made of them as of a vendor's own. Their values are examples. */
export function describeRequests(title: string, requests: readonly SentRequest[], about?: string): DescribedRequests {
  const paths: Record<string, Record<string, Operation>> = {};
  const schemes: Record<string, SecurityScheme> = {};
  const dropped = new Set<string>();
  const servers = new Set<string>();
  for (const request of requests) {
    const { origin, path, query } = partsOf(request, dropped);
    servers.add(origin);
    for (const name of request.credentials) dropped.add(name);
    const auth = request.auth ?? shownIn(request, query);
    const security = auth === undefined ? [] : [{ [schemeOf(auth, schemes)]: [] }];
    paths[path] ??= {};
    const item = paths[path];
    const method = request.method.toLowerCase();
    if (item[method] !== undefined) continue;
    item[method] = operationOf(request, path, query, security, dropped);
  }
  const description: ApiDescription = {
    openapi: '3.1.1',
    info: { title, ...(about !== undefined && { description: about }) },
    servers: [...servers].map((url) => ({ url })),
    paths: paths as unknown as Readonly<Record<string, PathItem>>,
    components: { securitySchemes: schemes },
  };
  return { description, droppedCredentials: [...dropped] };
}

interface Parts {
  readonly origin: string;
  /** With `{name}` for what differs from call to call. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
}

function partsOf({ url, query }: SentRequest, dropped: Set<string>): Parts {
  // `{{base_url}}` and `{id}` are no characters of a URL.
  const plain = url.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, '{$1}');
  const match = /^(https?:\/\/)(?:([^/@?#]*)@)?([^/?#]+)([^?#]*)(?:\?([^#]*))?/i.exec(plain);
  const [, scheme = 'https://', user, host = '', rawPath = '', ownQuery = ''] = match ?? [];
  if (user !== undefined) dropped.add('user name and password (in the URL)');
  const path = rawPath
    .split('/')
    .map((part) => part.replace(/^:([A-Za-z_]\w*)$/, '{$1}'))
    .map((part, index, all) => (isValue(part) ? `{${nameFor(all[index - 1])}}` : part))
    .join('/');
  const text = [ownQuery, query].filter((part) => part !== '').join('&');
  return { origin: `${scheme}${host}`, path: unique(path) || '/', query: [...new URLSearchParams(text)] };
}

/** A part of a path that is a value of this one call: a number, a UUID, a long id with digits. */
function isValue(part: string): boolean {
  if (/^v\d+(?:\.\d+)*$/i.test(part) || part.includes('{')) return false;
  return (
    /^\d{2,}$/.test(part) ||
    /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(part) ||
    (/^[A-Za-z0-9_-]{12,}$/.test(part) && /\d/.test(part) && /[A-Za-z]/.test(part))
  );
}

function nameFor(before: string | undefined): string {
  const noun = wordsOf(before ?? '')
    .join('_')
    .replace(/ies$/, 'y')
    .replace(/s$/, '');
  return noun === '' ? 'id' : `${noun}_id`;
}

/** Two ids below one kind of thing need two names. */
function unique(path: string): string {
  const seen = new Map<string, number>();
  return path.replace(/\{([^}]*)\}/g, (_all, name: string) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? `{${name}}` : `{${name}_${count}}`;
  });
}

const transport = new Set(
  'host content-length connection user-agent accept-encoding accept-language accept origin referer cache-control pragma content-type postman-token te dnt priority upgrade-insecure-requests'.split(
    ' ',
  ),
);

function operationOf(
  request: SentRequest,
  path: string,
  query: Parts['query'],
  security: Operation['security'],
  dropped: Set<string>,
): Operation {
  const { name, description, headers } = request;
  const parameters: ApiParameter[] = [...path.matchAll(/\{([^}]*)\}/g)].map(([, key]) => ({
    name: key as string,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...words(request, key as string),
  }));
  for (const [key, value] of query) {
    if (isCredentialName(key) || looksSecret(value)) dropped.add(`query parameter ${key}`);
    else if (!parameters.some((one) => one.in === 'query' && one.name === key))
      parameters.push({
        name: key,
        in: 'query',
        schema: schemaOfText(value),
        ...example(value),
        ...words(request, key),
      });
  }
  for (const [key, value] of headers) {
    const lower = key.toLowerCase();
    const ofAuth = typeof request.auth === 'object' && request.auth.name.toLowerCase() === lower;
    if (ofAuth || isSecretHeader(key) || looksSecret(value)) dropped.add(`header ${key}`);
    else if (!transport.has(lower) && !lower.startsWith('sec-'))
      // A header that was sent each time belongs to the request, not to what a caller says.
      parameters.push({
        name: key,
        in: 'header',
        required: true,
        schema: value.includes('{') || value === '' ? { type: 'string' } : { type: 'string', const: value },
      });
  }
  const body = bodyOf(request, dropped);
  const answers = request.answers.length === 0 ? { 200: { description: 'Not known.' } } : answersOf(request);
  return {
    ...(name !== undefined && { operationId: snakeName(name, 60), summary: name }),
    ...(description !== undefined && { description }),
    parameters,
    ...(body !== undefined && { requestBody: { required: true, content: body } }),
    responses: answers,
    security: security ?? [],
  };
}

function isSecretHeader(name: string): boolean {
  return (
    isCredentialName(name) ||
    /^(?:cookie|proxy-authorization)$/i.test(name) ||
    /(?:token|secret|key|session|signature|password)$/i.test(name)
  );
}

/** A long run of letters and digits, as keys and tokens are; ids of that length stand in paths, where names take their place. */
function looksSecret(value: string): boolean {
  return [...value.matchAll(/[A-Za-z0-9_.-]{24,}/g)].some(
    ([run]) => /\d/.test(run) && /[A-Za-z]/.test(run) && !/^\d{4}-\d{2}/.test(run),
  );
}

function words({ words: known }: SentRequest, name: string): { description?: string } {
  const description = known?.get(name);
  return description === undefined || description === '' ? {} : { description };
}

function example(value: string): { example?: unknown } {
  return value === '' || /[{}]/.test(value) ? {} : { example: value };
}

function schemaOfText(text: string): Schema {
  if (/^-?\d{1,15}$/.test(text)) return { type: 'integer' };
  return text === 'true' || text === 'false' ? { type: 'boolean' } : { type: 'string' };
}

function bodyOf({ body, form, headers }: SentRequest, dropped: Set<string>): Record<string, MediaType> | undefined {
  const type =
    headers
      .findLast(([name]) => name.toLowerCase() === 'content-type')?.[1]
      .split(';')[0]
      ?.trim() ?? '';
  if (form.length > 0) {
    const fields = form.filter(({ name, value }) => isKept(name, dropped, value));
    const properties = fields.map(({ name, value, description }): [string, Schema] => [
      name,
      {
        ...(value === null ? { type: 'string', format: 'binary' } : { ...schemaOfText(value), examples: [value] }),
        ...(description && { description }),
      },
    ]);
    return { 'multipart/form-data': { schema: { type: 'object', properties: Object.fromEntries(properties) } } };
  }
  if (body === null) return undefined;
  const json = parsed(body);
  if (json !== undefined && !type.includes('form')) {
    const value = withoutSecrets(json, dropped);
    return { [type.includes('json') ? type : 'application/json']: { schema: sentSchema(value), example: value } };
  }
  if (type === '' || type.includes('x-www-form-urlencoded')) {
    const pairs = [...new URLSearchParams(body)].filter(([name, value]) => isKept(name, dropped, value));
    const properties = pairs.map(([name, value]): [string, Schema] => [
      name,
      { ...schemaOfText(value), ...(value !== '' && { examples: [value] }) },
    ]);
    return {
      'application/x-www-form-urlencoded': { schema: { type: 'object', properties: Object.fromEntries(properties) } },
    };
  }
  return { [type]: { schema: { type: 'string' } } };
}

/** The schema of a body that was sent. What a short one holds, the request needs; of a long one nobody knows. */
function sentSchema(value: unknown): Schema {
  const leaves = (node: unknown): number =>
    node !== null && typeof node === 'object'
      ? Object.values(node).reduce<number>((sum, child) => sum + leaves(child), 0)
      : 1;
  const needed = (schema: Schema): Schema =>
    schema.properties === undefined
      ? schema
      : {
          ...schema,
          required: Object.keys(schema.properties),
          properties: Object.fromEntries(
            Object.entries(schema.properties).map(([name, child]) => [
              name,
              typeof child === 'boolean' ? child : needed(child),
            ]),
          ),
        };
  const schema = schemaOfExample(value);
  return leaves(value) <= 4 ? needed(schema) : schema;
}

function isKept(name: string, dropped: Set<string>, value: unknown): boolean {
  const secret = isCredentialName(name) || (typeof value === 'string' && looksSecret(value) && !/\s/.test(value));
  if (secret) dropped.add(`body field ${name}`);
  return !secret;
}

function withoutSecrets(value: unknown, dropped: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, dropped));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name, child]) => isKept(name, dropped, child));
  return Object.fromEntries(kept.map(([name, child]) => [name, withoutSecrets(child, dropped)]));
}

/** JSON, with `{{name}}` for values that a collection fills in. */
function parsed(text: string): unknown {
  for (const candidate of [text, text.replace(/"\{\{[^}]*\}\}"/g, '"example"').replace(/\{\{[^}]*\}\}/g, '1')]) {
    try {
      const value: unknown = JSON.parse(candidate);
      return value !== null && typeof value === 'object' ? value : undefined;
    } catch {
      // Tried otherwise, or no JSON.
    }
  }
  return undefined;
}

function answersOf({ answers }: SentRequest): NonNullable<Operation['responses']> {
  return Object.fromEntries(
    answers.map(({ status, body }) => {
      const value = parsed(body);
      const content =
        value === undefined
          ? {}
          : { content: { 'application/json': { schema: schemaOfExample(value), example: value } } };
      return [String(status), { description: 'As saved.', ...content }];
    }),
  );
}

/** How a request shows its credential, by its headers and query. */
function shownIn({ headers }: SentRequest, query: Parts['query']): SentAuth | undefined {
  for (const [name, value] of headers) {
    if (name.toLowerCase() === 'authorization') {
      if (/^basic\s/i.test(value)) return 'basic';
      return /^bearer\s/i.test(value) ? 'bearer' : { in: 'header', name: 'Authorization' };
    }
    if (isSecretHeader(name) && name.toLowerCase() !== 'cookie') return { in: 'header', name };
  }
  const key = query.find(([name]) => isCredentialName(name))?.[0];
  return key === undefined ? undefined : { in: 'query', name: key };
}

function schemeOf(auth: SentAuth, schemes: Record<string, SecurityScheme>): string {
  const name = typeof auth === 'string' ? auth : `${auth.in}_${snakeName(auth.name)}`;
  schemes[name] ??=
    typeof auth !== 'string'
      ? { type: 'apiKey', in: auth.in, name: auth.name }
      : auth === 'oauth2'
        ? { type: 'oauth2', flows: { authorizationCode: {} } }
        : { type: 'http', scheme: auth };
  return name;
}
