import type { ListToolsRequest, ToolSummary } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';

/** All tools that match, over all pages, by name. */
export async function everyTool(agent: Agent, filter: Partial<ListToolsRequest> = {}): Promise<ToolSummary[]> {
  const tools: ToolSummary[] = [];
  let cursor: string | null = null;
  do {
    const page = await agent.tools.list({ ...filter, ...(cursor !== null && { cursor }) });
    tools.push(...page.tools);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return tools;
}
