import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  ListToolsResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Agent } from '@patchbay/sdk';

export function mcpServer(agent: Agent, names: string[]) {
  const server = new Server({ name: 'front-desk', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, async () =>
    ListToolsResultSchema.parse(await agent.tools.describe(names, 'mcp')),
  );
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { sessionId, requestId }) =>
    agent.runMcpCall(params, { key: `${sessionId ?? 'stdio'}-${requestId}` }),
  );
  return server;
}
