import { newId, PatchbayError, type RequestRoute, routes } from '@patchbay/contracts';
import { endpoint, type Messaging } from '@patchbay/messaging';

type IdentityName = 'registry' | 'audit' | 'vault' | 'webhook-ingress' | 'webhook-delivery';

const [connection, source, subscription] = [newId('connection'), newId('webhookSource'), newId('subscription')];
const time = '2026-01-01T00:00:00.000Z';
const hundred = Array.from({ length: 100 }, (_, i) => i);
const tool = (i: number) => ({
  name: `tool_${i}`,
  title: 'Tool',
  integration: `int_${i % 10}`,
  category: 'crm',
  version: '1.0.0',
  risk: 'read' as const,
  description: 'Does it.',
});
/** Events of the deliveries that are listed. */
export const eventIds = hundred.map(() => newId('event'));

/**
 * The services behind the gateway, as far as GraphQL asks them, each under its own identity. `asked` grows by the subject of
 * each request.
 */
export async function serveBehind(connect: (name: IdentityName) => Promise<Messaging>, asked: string[]): Promise<void> {
  const count = <Route extends RequestRoute>(route: Route, answer: (request: never) => unknown) =>
    endpoint(route.subject.replace(/\W/g, '-'), route, async (request) => {
      asked.push(route.subject);
      return answer(request as never) as never;
    });
  const of = async (name: IdentityName, endpoints: ReturnType<typeof count>[]) =>
    (await connect(name)).serve({ name, version: '0.1.0', description: 'test' }, endpoints);
  await of('registry', [
    count(routes.listTools, () => ({ tools: hundred.map(tool), next_cursor: null, total: 100 })),
    count(routes.describeTools, ({ tools }: { tools: string[] }) => ({
      tools: tools.filter((name) => name !== 'tool_3').map((name) => ({ name })),
      missing: tools.filter((name) => name === 'tool_3'),
    })),
  ]);
  await of('audit', [
    count(routes.queryAudit, ({ tool: named }: { tool?: string }) => {
      if (named === 'broken') throw new Error('a secret of the inside');
      if (named === 'refused') throw new PatchbayError('overloaded', { retryAfterMs: 5, details: { where: 'there' } });
      return {
        events: hundred.map((i) => ({
          specversion: '1.0',
          id: newId('auditEvent'),
          source: '/x',
          type: 'dev.patchbay.execution.outcome',
          time,
          tenant: 'acme',
          datacontenttype: 'application/json',
          data: {
            actor: { kind: 'agent', id: 'a', session: 's' },
            target: { kind: 'tool', id: `tool_${i}` },
            outcome: 'succeeded',
            execution_id: newId('execution'),
            tool: `tool_${i}`,
            integration: `int_${i % 10}`,
            connection,
          },
        })),
        next_cursor: null,
      };
    }),
  ]);
  await of('vault', [
    count(routes.listConnections, () => ({
      connections: [
        {
          id: connection,
          tenant: 'acme',
          integration: 'int_1',
          label: 'main',
          auth_type: 'bearer',
          status: 'active',
          is_default: true,
          variables: {},
          created_at: time,
          updated_at: time,
          credential_version: 1,
        },
      ],
    })),
  ]);
  await of('webhook-ingress', [
    count(routes.listSources, () => ({
      sources: [
        {
          id: source,
          tenant: 'acme',
          name: 'shop',
          mode: 'capture',
          scheme: null,
          variant: null,
          settings: {},
          secrets: [],
          public_url: null,
          dedup_window_h: null,
          enabled: true,
          created_at: time,
          updated_at: time,
          url: null,
        },
      ],
    })),
  ]);
  await of('webhook-delivery', [
    count(routes.listDeliveries, () => ({
      deliveries: eventIds.map((event) => ({
        id: newId('delivery'),
        tenant: 'acme',
        subscription,
        source,
        event,
        event_type: 'paid',
        state: 'succeeded',
        attempts: 1,
        created_at: time,
        next_attempt_at: null,
        finished_at: time,
        replay_of: null,
      })),
      next_cursor: null,
    })),
    count(routes.listSubscriptions, () => ({ subscriptions: [] })),
    count(routes.listWebhookEvents, ({ events = [] }: { events?: string[] }) => ({
      events: events.map((id) => ({
        id,
        tenant: 'acme',
        source,
        scheme: 'stripe',
        variant: 'v1',
        secret_id: 'certificate',
        type: 'paid',
        vendor_id: null,
        dedup_key: null,
        guard_key: null,
        received_at: time,
        index: 0,
        count: 1,
        content_type: null,
        request_id: newId('webhookRequest'),
        payload_bytes: 9,
      })),
      next_cursor: null,
    })),
  ]);
}
