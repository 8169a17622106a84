import { platformScope, type Role, Role as Roles } from '@patchbay/contracts';
import { type Principal, scopesOf } from '@patchbay/identity';
import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DoorServer, doorServer } from '../http/door-server.test-support.ts';
import { buildGuardedSchema } from './build-schema.ts';
import { fieldsOf, platformFields, subscriptionTopics, typeScopes } from './field-scopes.ts';
import { openGraphQlDoor } from './graphql-door.ts';
import { PersistedQueries } from './persisted-queries.ts';
import type { Resolvers } from './resolvers.ts';

/** What each role sees, said by hand: a type that is new belongs in one of these lines. */
const everybody = ['Principal', 'ToolPage', 'Tool', 'Toolset'];
const looking = [
  'IntegrationPage',
  'Integration',
  'ExecutionEventPage',
  'Execution',
  'ExecutionEvent',
  'UnknownExecution',
  'Connection',
  'WebhookSource',
  'WebhookEventPage',
  'WebhookEvent',
  'WebhookSubscription',
  'WebhookDeliveryPage',
  'WebhookDelivery',
  'Analytics',
  'Usage',
  'UsageGroup',
  'Circuit',
];
const people = ['AuditEventPage', 'AuditEvent', 'ApiKeyPage', 'ApiKey', 'TenantPage', 'Tenant'];
const sees: Readonly<Record<Role, readonly string[]>> = {
  agent: everybody,
  developer: [...everybody, ...looking],
  operator: [...everybody, ...looking, ...people],
  owner: [...everybody, ...looking, ...people],
  auditor: [...everybody, ...looking, ...people],
};
const follows: Readonly<Record<Role, readonly string[]>> = {
  agent: ['registryChanged'],
  developer: Object.keys(subscriptionTopics).filter((name) => name !== 'approvalChanged'),
  operator: Object.keys(subscriptionTopics),
  owner: Object.keys(subscriptionTopics),
  auditor: Object.keys(subscriptionTopics).filter((name) => name !== 'approvalChanged'),
};

const principal = (role: Role, tenant: string): Principal => ({
  kind: 'key',
  id: `${role}.${tenant}`,
  tenant,
  role,
  scopes: new Set(scopesOf(role, tenant)),
  agent: null,
  session: null,
});

/** The whole schema, each field answering something of its type. */
function everything(): GraphQLSchema {
  const bare = buildGuardedSchema({}, () => () => {});
  const resolvers: Record<string, Record<string, () => unknown>> = {};
  for (const { type, field } of fieldsOf(bare)) {
    if (type.name === 'Subscription') continue;
    const { type: made } = type.getFields()[field] as ReturnType<GraphQLObjectType['getFields']>[string];
    const named = getNamedType(made);
    const value = isObjectType(named) ? {} : ({ Int: 1, Float: 1, Boolean: true, Risk: 'read' }[named.name] ?? 'x');
    const answer = isListType(getNullableType(made)) ? [value] : value;
    resolvers[type.name] = { ...resolvers[type.name], [field]: () => answer };
  }
  return buildGuardedSchema(resolvers as Resolvers, () => async function* () {});
}
const schema = everything();
const query = schema.getQueryType() as GraphQLObjectType;

interface Place {
  readonly text: string;
  /** Types on the way, the one that it leads to included. */
  readonly types: readonly string[];
  readonly root: string;
}

function selecting(type: GraphQLObjectType, field: string, inner: string): string {
  const known = type.getFields()[field] as ReturnType<GraphQLObjectType['getFields']>[string];
  const needed = known.args.filter((one) => isNonNullType(one.type) && one.defaultValue === undefined);
  const args = needed.map(({ name }) => `${name}: "x"`).join(', ');
  return `${field}${args === '' ? '' : `(${args})`}${isObjectType(getNamedType(known.type)) ? ` { ${inner} }` : ''}`;
}

/** The shortest way from the top to each type. */
function ways(): Map<string, { wrap: (inner: string) => string; types: string[]; root: string }> {
  const found = new Map<string, { wrap: (inner: string) => string; types: string[]; root: string }>();
  const open: GraphQLObjectType[] = [];
  const visit = (type: GraphQLObjectType) => {
    const way = found.get(type.name);
    for (const [name, { type: made }] of Object.entries(type.getFields())) {
      const to = getNamedType(made);
      if (!isObjectType(to) || found.has(to.name)) continue;
      found.set(to.name, {
        wrap: (inner) => (way?.wrap ?? ((it: string) => it))(selecting(type, name, inner)),
        types: [...(way?.types ?? []), to.name],
        root: way?.root ?? name,
      });
      open.push(to);
    }
  };
  visit(query);
  for (let next = open.shift(); next !== undefined; next = open.shift()) visit(next);
  return found;
}
const known = ways();

const places = fieldsOf(schema)
  .filter(({ type }) => type.name !== 'Subscription' && !type.name.startsWith('Live'))
  .map(({ type, field }): readonly [string, Place] => {
    const way = known.get(type.name);
    const leadsTo = getNamedType(type.getFields()[field]?.type);
    const inner = selecting(type, field, '__typename');
    return [
      `${type.name}.${field}`,
      {
        text: `{ ${way === undefined ? inner : way.wrap(inner)} }`,
        types: [...(way?.types ?? []), ...(isObjectType(leadsTo) ? [leadsTo.name] : [])],
        root: way?.root ?? field,
      },
    ];
  });

let server: DoorServer;
beforeAll(async () => {
  const all = [...Roles.options.map((role) => principal(role, 'acme')), principal('operator', platformScope)];
  server = await doorServer([], all, {
    doors: [
      (app, entrance) =>
        openGraphQlDoor(app, entrance, {
          schema,
          ports: { ask: () => Promise.reject(new Error('nobody is asked')) },
          look: async () => {},
          persisted: new PersistedQueries([], false),
          onFailure: (error) => {
            throw error;
          },
        }),
    ],
  });
});
afterAll(() => server.close());

async function ask(text: string, key: string | null, tenant?: string) {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(tenant !== undefined && { 'patchbay-tenant': tenant }),
    },
    payload: { query: text },
  });
  return { status: answer.statusCode, body: answer.json() };
}

const cells = places.flatMap(([name, place]) => Roles.options.map((role) => [name, role, place] as const));

describe('every field × every role', () => {
  test.each(cells)('%s as %s', async (_name, role, { text, types }) => {
    const may = types.every((type) => sees[role].includes(type));
    for (const tenant of [undefined, 'acme']) {
      const { status, body } = await ask(text, `${role}.acme`, tenant);
      expect(status).toBe(200);
      if (may) expect(body).toEqual({ data: expect.any(Object) });
      else
        expect(body.errors).toEqual([
          expect.objectContaining({ extensions: expect.objectContaining({ code: 'not_permitted' }) }),
        ]);
    }
    expect(await ask(text, `${role}.acme`, 'rival')).toMatchObject({ status: 403, body: { code: 'not_permitted' } });
  });

  test.each(Roles.options)('as %s is nobody’s of another tenant, of all, or of the platform', async (role) => {
    for (const tenant of ['rival', platformScope, 'all', 'acme.x'])
      expect(await ask('{ me { id } }', `${role}.acme`, tenant)).toMatchObject({ status: 403 });
  });

  test('of the schema is reached, each type has its line in the table, and each its line here', () => {
    const objects = fieldsOf(schema).map(({ type }) => type.name);
    const needed = [...new Set(objects)].filter((name) => name !== 'Query' && name !== 'Subscription');
    expect(needed.filter((name) => !(name in typeScopes))).toEqual([]);
    expect(needed.filter((name) => !name.startsWith('Live') && !known.has(name))).toEqual([]);
    expect(needed.filter((name) => !name.startsWith('Live') && !sees.owner.includes(name))).toEqual([]);
    expect(places.length).toBeGreaterThan(150);
  });
});

describe('every field', () => {
  test.each(places)('%s without a key that is good, and as the platform', async (_name, { text, root }) => {
    for (const key of [null, 'nobody'])
      expect(await ask(text, key)).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    const as = `operator.${platformScope}`;
    expect((await ask(text, as, 'acme')).body).toEqual({ data: expect.any(Object) });
    const { body } = await ask(text, as);
    if (platformFields.includes(root)) expect(body).toEqual({ data: expect.any(Object) });
    else expect(body.errors).toMatchObject([{ extensions: { code: 'invalid_request' } }]);
  });
});

describe('every subscription × every role', () => {
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  test.each(Object.keys(fields).flatMap((name) => Roles.options.map((role) => [name, role] as const)))(
    '%s as %s',
    (name, role) => {
      const begin = () =>
        fields[name]?.subscribe?.(undefined, {}, { principal: principal(role, 'acme'), tenant: 'acme' }, {} as never);
      if (follows[role].includes(name)) expect(begin).not.toThrow();
      else expect(begin).toThrow(expect.objectContaining({ code: 'not_permitted' }));
    },
  );

  test('has a topic', () => expect(Object.keys(fields).sort()).toEqual(Object.keys(subscriptionTopics).sort()));
});
