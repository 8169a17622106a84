export type { McpAgent, McpCaller } from './mcp-caller.ts';
export { McpEndpoint, type McpVisitor } from './mcp-endpoint.ts';
export { type McpView, viewOf } from './mcp-view.ts';
export { serveMcpStdio } from './serve-stdio.ts';
