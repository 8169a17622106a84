import { McpServer, mcpAddress } from '@patchbay/contracts';

type Fields = Record<string, unknown>;

/**
 * A document of an MCP server with what the rest of Patchbay reads: `base_url`, and a `request` for each of its tools. What
 * stands there already is left alone; `checkMcp` compares. Other inputs come back as they are.
 */
export function withMcpRequests(input: unknown): unknown {
  if (!isFields(input) || !isFields(input['mcp'])) return input;
  const server = McpServer.safeParse(input['mcp']);
  if (!server.success) return input;
  const { base, path } = mcpAddress(server.data);
  const tools = isFields(input['tools'])
    ? Object.fromEntries(Object.entries(input['tools']).map(([key, tool]) => [key, withRequest(tool, path)]))
    : input['tools'];
  return { ...input, base_url: input['base_url'] ?? base, ...(tools !== undefined && { tools }) };
}

function withRequest(tool: unknown, path: string): unknown {
  if (!isFields(tool) || !isFields(tool['mcp']) || tool['request'] !== undefined || tool['steps'] !== undefined)
    return tool;
  return { ...tool, request: { method: 'POST', path, body: 'json' } };
}

/** Where a fault stands in the input, when it was found in what was filled in. */
export function mcpInputPath(input: unknown, path: readonly PropertyKey[]): PropertyKey[] {
  if (!isFields(input) || !isFields(input['mcp'])) return [...path];
  if (path[0] === 'base_url' && input['base_url'] === undefined) return ['mcp', 'url'];
  const [, key, field] = path;
  if (path[0] !== 'tools' || field !== 'request' || !isFields(input['tools'])) return [...path];
  const tool = input['tools'][key as string];
  return isFields(tool) && tool['request'] === undefined ? ['mcp', 'url'] : [...path];
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
