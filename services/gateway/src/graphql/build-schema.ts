import { PatchbayError } from '@patchbay/contracts';
import { holds } from '@patchbay/identity';
import {
  buildSchema,
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { OnRefused } from '../operations/observe-access.ts';
import { fieldsOf, platformFields, scopeOfField } from './field-scopes.ts';
import { type GraphQlContext, tenantOf } from './request-context.ts';
import type { Resolvers } from './resolvers.ts';
import { typeDefs } from './schema.ts';

/** How a subscription's field comes by what it tells. */
export type FollowTopic = (field: string) => GraphQLFieldResolver<unknown, GraphQlContext>;

/** The schema, each field behind the scope that it asks for. */
export function buildGuardedSchema(
  resolvers: Resolvers,
  follow: FollowTopic,
  onRefused: OnRefused = () => {},
): GraphQLSchema {
  const schema = buildSchema(typeDefs);
  for (const { type, field: name } of fieldsOf(schema)) {
    const field = type.getFields()[name];
    if (field === undefined) continue;
    if (type.name === 'Subscription') {
      field.subscribe = guarded(scopeOfField(type, name), follow(name), { field: name, ofTenant: false, onRefused });
      field.resolve = (item) => item;
      continue;
    }
    const own = resolvers[type.name]?.[name] as GraphQLFieldResolver<unknown, GraphQlContext> | undefined;
    field.resolve = guarded(scopeOfField(type, name), own ?? defaultFieldResolver, {
      field: name,
      ofTenant: type.name === 'Query' && !platformFields.includes(name),
      onRefused,
    });
  }
  for (const [type, fields] of Object.entries(resolvers)) {
    const known = schema.getType(type);
    for (const name of Object.keys(fields))
      if (!isObjectType(known) || known.getFields()[name] === undefined)
        throw new TypeError(`a resolver stands for ${type}.${name}, which the schema does not have`);
  }
  return schema;
}

function guarded(
  scope: ReturnType<typeof scopeOfField>,
  resolve: GraphQLFieldResolver<unknown, GraphQlContext>,
  { field, ofTenant, onRefused }: { readonly field: string; readonly ofTenant: boolean; readonly onRefused: OnRefused },
): GraphQLFieldResolver<unknown, GraphQlContext> {
  return (source, args, context, info) => {
    try {
      checkScope(context, scope);
    } catch (error) {
      const { principal, tenant } = context;
      onRefused({ principal, tenant, operation: `graphql ${field}`, error });
      throw error;
    }
    if (ofTenant) tenantOf(context);
    return resolve(source, args, context, info);
  };
}

/** @throws PatchbayError `not_permitted`. */
function checkScope({ principal }: Pick<GraphQlContext, 'principal'>, scope: ReturnType<typeof scopeOfField>): void {
  if (scope === null || (scope !== undefined && holds(principal, scope))) return;
  throw new PatchbayError('not_permitted', {
    message: scope === undefined ? 'Nobody may see this.' : `The key does not hold scope ${scope}.`,
    details: scope === undefined ? {} : { scope },
  });
}
