import type { IntegrationDocument } from '@patchbay/contracts';
import type { McpToolSeen } from './describe-mcp-tools.ts';

/** How a tool of a document and the server's differ by now. */
export interface ToolDrift {
  /** The tool's key in the document; null for one that it has not. */
  readonly key: string | null;
  /** Its name at the server. */
  readonly tool: string;
  /**
   * `changed`: other arguments or hints than the document pins, so executors refuse it. `vanished`: the server has none of that
   * name. `unpinned`: the document pins nothing. `new`: only the server has it.
   */
  readonly drift: 'changed' | 'vanished' | 'unpinned' | 'new';
}

/** What differs; empty when nothing does. */
export function mcpDrift(document: IntegrationDocument, tools: readonly McpToolSeen[]): ToolDrift[] {
  const seen = new Map(tools.map((tool) => [tool.name, tool]));
  const drifts: ToolDrift[] = [];
  const known = new Set<string>();
  for (const [key, { mcp }] of Object.entries(document.tools)) {
    if (mcp === undefined) continue;
    known.add(mcp.tool);
    const found = seen.get(mcp.tool);
    if (found === undefined) drifts.push({ key, tool: mcp.tool, drift: 'vanished' });
    else if (mcp.digest === undefined) drifts.push({ key, tool: mcp.tool, drift: 'unpinned' });
    else if (mcp.digest !== found.digest) drifts.push({ key, tool: mcp.tool, drift: 'changed' });
  }
  for (const { name } of tools) if (!known.has(name)) drifts.push({ key: null, tool: name, drift: 'new' });
  return drifts;
}
