export { type ListedTool, type ReadServer, readServer, type ServerToRead } from './read-server.ts';
export { createMcpCaller, type McpCallerOptions } from './session-pool.ts';
export type { McpCall, McpCaller, McpFailure, McpOutcome, McpResponse, StdioServer } from './types.ts';
