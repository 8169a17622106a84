export { type DeskLog, deskLog } from './desk-tools.ts';
export { type McpRequestSeen, startMcpServer, type TestMcpServer } from './start-mcp-server.ts';
export { stdioProgram } from './stdio-program.ts';
