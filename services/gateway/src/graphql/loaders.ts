import {
  type Connection,
  routes as contracts,
  type ListToolsRequest,
  type ListToolsResult,
  type ToolFormat,
  type ToolSummary,
  type WebhookEventSummary,
  type WebhookSourceView,
  type WebhookSubscription,
} from '@patchbay/contracts';
import DataLoader from 'dataloader';
import type { GatewayPorts } from '../http/gateway-ports.ts';
import { type IntegrationSummary, integrationsAmong } from '../operations/list-integrations.ts';

/** What is looked up on the way of one request: each thing once, and what is looked up together in one question. */
export interface Loaders {
  tools(): Promise<ReadonlyMap<string, ToolSummary>>;
  integrations(): Promise<ReadonlyMap<string, IntegrationSummary>>;
  connections(): Promise<ReadonlyMap<string, Connection>>;
  sources(): Promise<ReadonlyMap<string, WebhookSourceView>>;
  subscriptions(): Promise<ReadonlyMap<string, WebhookSubscription>>;
  readonly definitions: DataLoader<{ readonly name: string; readonly format: ToolFormat }, unknown, string>;
  readonly webhookEvents: DataLoader<string, WebhookEventSummary | null>;
}

/** Names that one description, and ids that one list of events takes. */
const mostDescribed = 128;
const mostEvents = 1_000;

export function createLoaders(
  { ask }: Pick<GatewayPorts, 'ask'>,
  { tenant, traceparent }: { readonly tenant: () => string; readonly traceparent: string | null },
): Loaders {
  const options = traceparent === null ? {} : { traceparent };
  const tools = once(async () => byKey(await everyTool(), ({ name }) => name));
  return {
    tools,
    integrations: once(async () => byKey(integrationsAmong([...(await tools()).values()]), ({ id }) => id)),
    connections: once(async () =>
      byKey((await ask(contracts.listConnections, {}, { tenant: tenant() }, options)).connections, ({ id }) => id),
    ),
    sources: once(async () =>
      byKey((await ask(contracts.listSources, {}, { tenant: tenant() }, options)).sources, ({ id }) => id),
    ),
    subscriptions: once(async () =>
      byKey((await ask(contracts.listSubscriptions, {}, { tenant: tenant() }, options)).subscriptions, ({ id }) => id),
    ),
    definitions: new DataLoader(
      async (wanted) => {
        const formats = [...Map.groupBy(wanted, ({ format }) => format)];
        const answers = await Promise.all(
          formats.map(async ([format, ones]) => {
            const names = ones.map(({ name }) => name);
            // In the order asked, those that are missing left out.
            const { tools: found, missing } = await ask(
              contracts.describeTools,
              { tenant: tenant() },
              { tools: names, format },
              options,
            );
            const there = names.filter((name) => !missing.includes(name));
            return there.map((name, at) => [`${format} ${name}`, found[at] ?? null] as const);
          }),
        );
        const known = new Map(answers.flat());
        return wanted.map(({ name, format }) => known.get(`${format} ${name}`) ?? null);
      },
      { maxBatchSize: mostDescribed, cacheKeyFn: ({ name, format }) => `${format} ${name}` },
    ),
    webhookEvents: new DataLoader(
      async (ids) => {
        const asked = { tenant: tenant(), events: [...ids], limit: ids.length };
        const known = byKey((await ask(contracts.listWebhookEvents, {}, asked, options)).events, ({ id }) => id);
        return ids.map((id) => known.get(id) ?? null);
      },
      { maxBatchSize: mostEvents },
    ),
  };

  async function everyTool(): Promise<ToolSummary[]> {
    const all: ToolSummary[] = [];
    let cursor: string | null = null;
    do {
      const asked: ListToolsRequest = { limit: 1_000, ...(cursor !== null && { cursor }) };
      const page: ListToolsResult = await ask(contracts.listTools, { tenant: tenant() }, asked, options);
      all.push(...page.tools);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return all;
  }
}

const byKey = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [keyOf(row), row]));

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
