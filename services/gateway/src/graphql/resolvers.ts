import {
  type ApiKey,
  type AuditEvent,
  type Connection,
  routes as contracts,
  PatchbayError,
  platformScope,
  ToolFormat,
  type ToolSummary,
  type WebhookSubscription,
} from '@patchbay/contracts';
import type { GatewayPorts } from '../http/gateway-ports.ts';
import { cutPage } from '../http/page.ts';
import type { IntegrationSummary } from '../operations/list-integrations.ts';
import { type GraphQlContext, tenantOf } from './request-context.ts';

type Args = Readonly<Record<string, unknown>>;
type Resolve = (source: never, args: never, context: GraphQlContext) => unknown;
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolve>>>>;

/** An argument that is null is one that was not given. */
const given = (args: Args) => Object.fromEntries(Object.entries(args).filter(([, value]) => value != null));
/** The contracts of the services say what is taken of it: they turn the rest away. */
const asked = <Request>(args: Args, more: object = {}) => ({ ...given(args), ...more }) as Request;
const paged = (args: { readonly limit: number; readonly cursor?: string | null }) => {
  if (args.limit < 1 || args.limit > 1_000)
    throw new PatchbayError('invalid_request', { message: 'A limit is from 1 to 1,000.' });
  return { limit: args.limit, cursor: args.cursor ?? undefined };
};

/** How each field comes by its value. What is not here is a field of the same name of what its parent came by. */
export function resolversOf({ ask, identity }: Pick<GatewayPorts, 'ask' | 'identity'>): Resolvers {
  const trace = ({ traceparent }: GraphQlContext) => (traceparent === null ? {} : { traceparent });
  const query: Record<string, Resolve> = {
    me: (_root, _args, { principal: { scopes, ...rest } }) => ({ ...rest, scopes: [...scopes].sort() }),
    async tools(_root, args: Args, context) {
      const { tools, ...page } = await ask(
        contracts.listTools,
        { tenant: tenantOf(context) },
        asked(args),
        trace(context),
      );
      return { items: tools, ...page };
    },
    tool: async (_root, { name }: { name: string }, { loaders }) => (await loaders.tools()).get(name) ?? null,
    searchTools: async (_root, args: Args, context) =>
      (await ask(contracts.searchTools, { tenant: tenantOf(context) }, asked(args), trace(context))).tools,
    toolsets: async (_root, _args, context) =>
      (await ask(contracts.listToolsets, {}, { scope: tenantOf(context) }, trace(context))).toolsets,
    integrations: async (_root, args: { limit: number }, { loaders }) =>
      cutPage([...(await loaders.integrations()).values()], ({ id }) => id, paged(args)),
    integration: async (_root, { id }: { id: string }, { loaders }) => (await loaders.integrations()).get(id) ?? null,
    async executions(_root, args: Args, context) {
      const { events, next_cursor } = await audit(args, context, { class: 'execution' });
      return { items: events, next_cursor };
    },
    async execution(_root, { id }: { id: string }, context) {
      const { events } = await audit({ execution_id: id }, context, { class: 'execution' });
      return events.length === 0 ? null : { id, events };
    },
    unknownExecutions: async (_root, args: Args, context) =>
      (await ask(contracts.listUnknown, {}, asked(args, { tenant: tenantOf(context) }), trace(context))).executions,
    connections: async (_root, { integration }: { integration?: string | null }, { loaders }) =>
      [...(await loaders.connections()).values()].filter(
        (one) => integration == null || one.integration === integration,
      ),
    connection: async (_root, { id }: { id: string }, { loaders }) => (await loaders.connections()).get(id) ?? null,
    webhookSources: async (_root, _args, { loaders }) => [...(await loaders.sources()).values()],
    async webhookEvents(_root, args: Args, context) {
      const request = asked<never>(args, { tenant: tenantOf(context) });
      const { events, next_cursor } = await ask(contracts.listWebhookEvents, {}, request, trace(context));
      return { items: events, next_cursor };
    },
    webhookSubscriptions: async (_root, { source }: { source?: string | null }, { loaders }) =>
      [...(await loaders.subscriptions()).values()].filter((one) => source == null || one.source === source),
    async webhookDeliveries(_root, args: Args, context) {
      const request = asked<never>(args, { tenant: tenantOf(context) });
      const { deliveries, next_cursor } = await ask(contracts.listDeliveries, {}, request, trace(context));
      return { items: deliveries, next_cursor };
    },
    async audit(_root, args: Args, context) {
      const { events, next_cursor } = await audit(args, context);
      return { items: events, next_cursor };
    },
    keys: (_root, args: { limit: number }, { tenant }) =>
      cutPage(identity.listKeys(tenant), ({ id }: ApiKey) => id, paged(args)),
    tenants: (_root, args: { limit: number }, { tenant: acting }) =>
      cutPage(
        identity.listTenants().filter(({ tenant }) => acting === platformScope || tenant === acting),
        ({ tenant }) => tenant,
        paged(args),
      ),
    analytics: (_root, args: Args, context) => {
      const tenant = context.tenant === platformScope ? null : context.tenant;
      return ask(contracts.queryAnalytics, {}, asked(args, { tenant }), trace(context));
    },
    async circuits(_root, args: Args, context) {
      const { executors } = await ask(contracts.listCircuits, {}, asked(args), trace(context));
      return executors
        .flatMap(({ executor, circuits }) => circuits.map((circuit) => ({ executor, ...circuit })))
        .filter(({ tenant }) => context.tenant === platformScope || tenant === context.tenant);
    },
  };

  function audit(args: Args, context: GraphQlContext, more: object = {}) {
    const request = asked<never>(args, { ...more, tenant: tenantOf(context) });
    return ask(contracts.queryAudit, {}, request, trace(context));
  }

  return { Query: query, ...linked };
}

const lookUp =
  <Source>(
    what: 'tools' | 'integrations' | 'connections' | 'sources' | 'subscriptions',
    idOf: (source: Source) => string | null | undefined,
  ): Resolve =>
  async (source: never, _args: never, { loaders }) => {
    const id = idOf(source as Source);
    return id == null ? null : ((await loaders[what]()).get(id) ?? null);
  };

type Told = { readonly tool: string | null };
type OfSource = { readonly source: string | null };

/** Fields that lead from one thing to another. */
const linked: Resolvers = {
  Tool: {
    integration: lookUp('integrations', ({ integration }: ToolSummary) => integration),
    definition({ name }: ToolSummary, { format }: { format: string }, { loaders }) {
      const known = ToolFormat.safeParse(format);
      if (known.success) return loaders.definitions.load({ name, format: known.data });
      throw new PatchbayError('invalid_request', { message: `A format is one of ${ToolFormat.options.join(', ')}.` });
    },
  },
  Integration: {
    async tools({ tools }: IntegrationSummary, _args, { loaders }) {
      const known = await loaders.tools();
      return tools.flatMap((name) => known.get(name) ?? []);
    },
    connections: async ({ id }: IntegrationSummary, _args, { loaders }) =>
      [...(await loaders.connections()).values()].filter(({ integration }) => integration === id),
  },
  ExecutionEvent: {
    ...Object.fromEntries(
      (
        [
          'execution_id',
          'outcome',
          'error_code',
          'risk',
          'attempts',
          'upstream_status',
          'duration_ms',
          'replayed',
          'plan_id',
          'trace_id',
        ] as const
      ).map((name) => [name, ({ data }: AuditEvent) => data[name]]),
    ),
    session: ({ data }: AuditEvent) => data.actor.session,
    agent: ({ data }: AuditEvent) => (data.actor.kind === 'agent' ? data.actor.id : null),
    tool_name: ({ data }: AuditEvent) => data.tool,
    tool: lookUp('tools', ({ data }: AuditEvent) => data.tool),
    integration: lookUp('integrations', ({ data }: AuditEvent) => data.integration),
    connection: lookUp('connections', ({ data }: AuditEvent) => data.connection),
  },
  UnknownExecution: {
    tool_name: ({ tool }: Told) => tool,
    tool: lookUp('tools', ({ tool }: Told) => tool),
  },
  Connection: {
    integration_id: ({ integration }: Connection) => integration,
    integration: lookUp('integrations', ({ integration }: Connection) => integration),
  },
  WebhookEvent: { source: lookUp('sources', ({ source }: OfSource) => source) },
  WebhookSubscription: {
    target_kind: ({ target }: WebhookSubscription) => target.kind,
    state: ({ state }: WebhookSubscription) => state.value,
    state_reason: ({ state }: WebhookSubscription) => state.reason,
    source: lookUp('sources', ({ source }: OfSource) => source),
  },
  WebhookDelivery: {
    source: lookUp('sources', ({ source }: OfSource) => source),
    subscription: lookUp('subscriptions', ({ subscription }: { subscription: string }) => subscription),
    event: ({ event }: { event: string }, _args, { loaders }) => loaders.webhookEvents.load(event),
  },
};
