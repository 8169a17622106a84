import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { events, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { TestServers } from '@patchbay/testkit';
import { type FakeExecutor, startFakeExecutor } from './fake-executor.ts';
import { type FakeRegistry, startFakeRegistry } from './fake-registry.ts';
import { makeKey, runGateway, type TestGateway } from './running-gateway.ts';

export type Revision = '2026-07-28' | '2025-11-25';

/** A gateway with a registry and an executor to speak MCP to. */
export interface McpStage {
  readonly gateway: TestGateway;
  readonly admin: Messaging;
  readonly executor: FakeExecutor;
  readonly registry: FakeRegistry;
  /** Of an agent named bot, of tenant acme. */
  readonly key: string;
  /** The official client, connected; closed with the stage. */
  connect(revision: Revision, over?: { as?: string; query?: string; options?: ClientOptions }): Promise<Client>;
  /** Puts the tools back as they were at first, and says that they changed. */
  reset(): void;
  /** Says that the tenant's tools changed. */
  announce(tenant?: string): void;
  closeClients(): Promise<void>;
  stop(): Promise<void>;
}

const atFirst = {
  echo: { risk: 'read' },
  count: { risk: 'read' },
  endless: { risk: 'read' },
  erase: { risk: 'destructive' },
} as const;

export async function startMcpStage(
  servers: TestServers,
  aliases: Readonly<Record<string, string>> = {},
): Promise<McpStage> {
  const admin = await servers.connect('admin');
  const executor = await startFakeExecutor(await servers.connect('executor'), aliases);
  const publisher = await servers.connect('registry');
  const registry = await startFakeRegistry(publisher);
  const gateway = await runGateway(servers);
  for (const tenant of ['acme', 'rival']) await admin.request(routes.createTenant, {}, { tenant });
  const { text: key } = await makeKey(admin, { role: 'agent', agent: 'bot' });
  const open: Client[] = [];
  const announce = (tenant = 'acme') =>
    publisher.publishEvent(
      events.registryChanged,
      { tenant },
      { scope: tenant, integration: null, version: null, change: 'chosen', tools: [] },
    );
  const closeClients = async () => {
    for (const client of open.splice(0)) await client.close().catch(() => {});
  };
  return {
    gateway,
    admin,
    executor,
    registry,
    key,
    announce,
    closeClients,
    reset() {
      registry.tools.clear();
      for (const [name, tool] of Object.entries(atFirst)) registry.tools.set(name, tool);
      announce();
    },
    async connect(revision, { as = key, query = '', options = {} } = {}) {
      const client = new Client(
        { name: 'test', version: '1.0.0' },
        { versionNegotiation: { mode: revision === '2026-07-28' ? { pin: revision } : 'legacy' }, ...options },
      );
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp${query}`), {
          requestInit: { headers: { authorization: `Bearer ${as}` } },
        }),
      );
      open.push(client);
      return client;
    },
    async stop() {
      await closeClients();
      await gateway.stop();
    },
  };
}
