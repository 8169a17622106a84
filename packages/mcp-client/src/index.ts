export { createMcpCaller, type McpCallerOptions } from './session-pool.ts';
export { digestOfServerTool } from './tool-digest.ts';
export type { McpCall, McpCaller, McpFailure, McpOutcome, McpResponse, StdioServer } from './types.ts';
