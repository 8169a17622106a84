import { events, everyTenant } from '@patchbay/contracts';
import { McpEndpoint } from '@patchbay/mcp-server';
import type { Messaging } from '@patchbay/messaging';
import type { Door } from './http/door.ts';
import { type McpDoorPorts, mcpDoor } from './http/mcp-door.ts';
import type { Report } from './operations/ports.ts';

export interface WiredMcp {
  readonly door: Door;
  close(): Promise<void>;
}

/** MCP at `/mcp`, told of every change of the registry. */
export function wireMcp(
  { messaging, report }: { readonly messaging: Pick<Messaging, 'subscribeEvent'>; readonly report: Report },
  ports: Omit<McpDoorPorts, 'endpoint'>,
): WiredMcp {
  const endpoint = new McpEndpoint({
    onError: (error) => report('error', 'an MCP request failed unexpectedly', { err: error }),
  });
  const changes = messaging.subscribeEvent(events.registryChanged, {}, (_change, { tenant }) =>
    endpoint.toolsChanged(tenant === undefined || tenant === everyTenant ? null : tenant),
  );
  return {
    door: mcpDoor({ ...ports, endpoint }),
    async close() {
      changes.unsubscribe();
      await endpoint.close();
    },
  };
}
