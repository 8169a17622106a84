import { everyTenant } from '@patchbay/contracts';
import { z } from 'zod';
import type { AnyRoute } from './http-route.ts';
import { preconditionsOf } from './preconditions.ts';
import { Problem } from './problem.ts';

type Json = Record<string, unknown>;

/** What each tag is about. */
export const tags: Readonly<Record<string, string>> = {
  tools: 'Find tools, look at them, carry them out.',
  executions: 'What ran, what runs, and how to stop it.',
  integrations: 'The documents that tools come from.',
  connections: "A tenant's accounts at the services behind the tools.",
  webhooks: 'What vendors send: where it comes in, what came, and who gets it.',
  audit: 'Who did what, and whether the record of it is whole.',
  subjects: 'Persons whom calls are about: what is held on them, and its erasure.',
  policies: 'What is permitted, forbidden, asked about or approved first, and what becomes of personal data.',
  approvals: 'Calls that wait for a person.',
  metrics: 'How calls go, now and over weeks.',
  keys: 'API keys: who may come in.',
  voice: 'Tool calls as voice platforms make them, answered in their own words.',
  tenants: 'Tenants, for operators of the platform.',
};

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** The OpenAPI 3.1 document of a route table. `url`: where it is served, or `/`. */
export function openApiOf(routes: readonly AnyRoute[], url = '/'): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  const named = (name: string, schema: z.ZodType, io: 'input' | 'output') => {
    addSchema(schemas, name, schema, io);
    return { $ref: `#/components/schemas/${name}` };
  };
  named('Problem', Problem, 'output');
  for (const route of routes) {
    const operation = operationOf(route, routes, (suffix, schema, io) =>
      named(`${capital(route.operationId)}${suffix}`, schema, io),
    );
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Patchbay',
      version: '1.0.0',
      summary: 'Tools for voice agents: find them, carry them out, manage what they reach.',
      description:
        'Every request brings an API key. Failures are problem details (RFC 9457) whose `code` is one of a closed catalogue.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url }],
    security: [{ apiKey: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `pbk_…`.' },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

type Named = (suffix: string, schema: z.ZodType, io: 'input' | 'output') => Json;

function operationOf(route: AnyRoute, routes: readonly AnyRoute[], named: Named): Json {
  const { operationId, summary, description, tag, scope, params, query, body, response, status = 200 } = route;
  return {
    operationId,
    summary,
    description: [description, scope === null ? 'Any key will do.' : `Needs scope \`${scope}\`.`]
      .filter(Boolean)
      .join('\n\n'),
    tags: [tag],
    parameters: [
      ...parametersOf('path', params),
      ...parametersOf('query', query),
      ...(route.of === 'platform' ? [] : [tenantHeader(route.of === 'tenant')]),
      ...(route.idempotent || route.repeatable ? [idempotencyHeader] : []),
      ...(preconditionsOf(route, routes) !== null ? [ifMatch] : []),
      ...(route.etag ? [ifNoneMatch] : []),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: named('Request', body, 'input') } },
      },
    }),
    responses: {
      [status]: {
        description: 'Done.',
        headers: answerHeaders(route),
        content: {
          [mediaOf(route)]: { schema: named('Response', response, 'output') },
          ...(route.streams && {
            'text/event-stream': {
              schema: {
                type: 'string',
                description: 'Events `chunk`, then one `result` as in the JSON answer, or one `problem`.',
              },
            },
          }),
        },
      },
      ...(route.etag && { 304: { description: 'Who asks has it already.' } }),
      400: problem('The request is not as the route takes it.'),
      401: problem('No key, or none that is in use.'),
      403: problem('The key may not do that.'),
      '4XX': problem('It cannot be done as asked; `code` says why.'),
      '5XX': problem('It could not be done; `retryable` says whether to ask again.'),
    },
  };
}

function parametersOf(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
    ...(typeof property === 'object' && property.type === 'array' && { explode: true }),
  }));
}

function tenantHeader(needed: boolean): Json {
  return {
    name: 'Patchbay-Tenant',
    in: 'header',
    required: false,
    description: needed
      ? 'The tenant to act for. Required with a key of the platform; with any other, its own or none.'
      : 'The tenant to act for. With a key of the platform and without this header, it concerns the platform.',
    schema: { type: 'string', pattern: `^(?!${everyTenant}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$` },
  };
}

const idempotencyHeader: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeat with the same key and arguments gets the first answer, and has no second effect.',
  schema: { type: 'string', minLength: 1, maxLength: 190 },
};

const ifMatch: Json = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The `ETag` of the state to change; 412 when it is another by now.',
  schema: { type: 'string', maxLength: 200 },
};

const ifNoneMatch: Json = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The `ETag` of what one has.',
  schema: { type: 'string', maxLength: 200 },
};

function answerHeaders({ etag }: AnyRoute): Json {
  return {
    'X-Request-Id': { description: 'Names the request, in logs and in problems.', schema: { type: 'string' } },
    RateLimit: { description: 'What is left of the limit, and seconds until it is whole.', schema: { type: 'string' } },
    'RateLimit-Policy': { description: 'The limit that holds for the key.', schema: { type: 'string' } },
    ...(etag && { ETag: { description: 'Names this state of the document.', schema: { type: 'string' } } }),
  };
}

/** Without parameters: they are of no concern to who reads the document. */
const mediaOf = ({ media }: AnyRoute) => media?.split(';')[0] ?? 'application/json';

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/**
 * A schema and those it holds, under names of their own. JSON Schema keeps them in `$defs` of its root, where a reference
 * would mean the root of the whole document.
 */
function addSchema(schemas: Json, name: string, schema: z.ZodType, io: 'input' | 'output'): void {
  const {
    $schema: _,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json & {
    $defs?: Json;
  };
  const settle = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(settle);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        if (key === '$ref' && inner === '#') return [[key, `#/components/schemas/${name}`]];
        if (key === '$ref') return [[key, String(inner).replace(/^#\/\$defs\//, `#/components/schemas/${name}_`)]];
        // An answer may say more one day, to those who read it today.
        if (io === 'output' && key === 'additionalProperties' && inner === false) return [];
        return [[key, settle(inner)]];
      }),
    );
  };
  schemas[name] = settle(root);
  for (const [inner, definition] of Object.entries($defs)) schemas[`${name}_${inner}`] = settle(definition);
}
