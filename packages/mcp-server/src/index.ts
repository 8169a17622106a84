export { createMcpServer } from './create-server.ts';
export type { McpAgent, McpCaller } from './mcp-caller.ts';
export { McpEndpoint, type McpVisitor } from './mcp-endpoint.ts';
export { type McpView, viewOf } from './mcp-view.ts';
export { ToolLists } from './tool-lists.ts';
