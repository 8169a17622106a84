import type { AccessScope, LiveTopic } from '@patchbay/contracts';
import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { liveTopics } from '../live/live-topics.ts';

/** What opens a type, wherever a field leads to it. Null: whoever is in. A type that is not here opens to nobody. */
export const typeScopes: Readonly<Record<string, AccessScope | null>> = {
  Principal: null,
  ToolPage: 'tools:read',
  Tool: 'tools:read',
  Toolset: 'tools:read',
  IntegrationPage: 'integrations:read',
  Integration: 'integrations:read',
  ExecutionEventPage: 'executions:read',
  Execution: 'executions:read',
  ExecutionEvent: 'executions:read',
  UnknownExecution: 'executions:read',
  ConnectionPage: 'connections:read',
  Connection: 'connections:read',
  WebhookSource: 'webhooks:read',
  WebhookEventPage: 'webhooks:read',
  WebhookEvent: 'webhooks:read',
  WebhookSubscription: 'webhooks:read',
  WebhookDeliveryPage: 'webhooks:read',
  WebhookDelivery: 'webhooks:read',
  AuditEventPage: 'audit:read',
  AuditEvent: 'audit:read',
  ApiKeyPage: 'keys:read',
  ApiKey: 'keys:read',
  TenantPage: 'tenants:read',
  Tenant: 'tenants:read',
  Analytics: 'metrics:read',
  Usage: 'metrics:read',
  UsageGroup: 'metrics:read',
  Circuit: 'metrics:read',
  // Each subscription names its own: what comes of it is open to whom it is.
  LiveItem: null,
  LiveEvent: null,
  LiveGap: null,
};

/** The topic of /v1/live behind each subscription. */
export const subscriptionTopics: Readonly<Record<string, LiveTopic>> = {
  executions: 'executions',
  planProgress: 'plans',
  submissions: 'submissions',
  registryChanged: 'registry',
  circuitChanged: 'circuits',
  connectionExpired: 'connections',
  webhookEvents: 'webhooks',
  subscriptionChanged: 'subscriptions',
  approvalChanged: 'approvals',
};

/** What the platform can ask without naming a tenant. Everything else is about one. */
export const platformFields: readonly string[] = ['me', 'keys', 'tenants', 'analytics', 'circuits'];

/**
 * The scope that a field asks for: that of the type it leads to, else that of the type it stands in. `undefined`: nobody has it.
 */
export function scopeOfField(type: GraphQLObjectType, field: string): AccessScope | null | undefined {
  const topic = type.name === 'Subscription' ? subscriptionTopics[field] : undefined;
  if (topic !== undefined) return liveTopics[topic].scope;
  const leadsTo = getNamedType(type.getFields()[field]?.type);
  return typeScopes[isObjectType(leadsTo) ? leadsTo.name : type.name];
}

/** Every field of the schema but introspection's. */
export function fieldsOf(schema: GraphQLSchema): { readonly type: GraphQLObjectType; readonly field: string }[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => ({ type, field })));
}
