import type { Tool } from '@modelcontextprotocol/server';
import type { McpAgent } from './mcp-caller.ts';
import type { McpView } from './mcp-view.ts';
import { callTool, searchTool } from './meta-tools.ts';

/**
 * More tools than this are searched rather than listed: beyond 30 to 50, models choose worse, and a few servers' worth of
 * definitions takes tens of thousands of tokens of every conversation.
 */
const listedAtMost = 40;

/** Tools of one page of a list. */
const pageSize = 50;
/** Pages kept; some hundred kilobytes each at most. */
const keptPages = 256;
/** Milliseconds after which a page is read again, should a change not have been told. */
const keptForMs = 60_000;

export interface ToolPage {
  readonly tools: readonly Tool[];
  readonly nextCursor?: string;
}

interface Kept {
  readonly tenant: string;
  readonly until: number;
  readonly page: Promise<ToolPage>;
}

/** What `tools/list` answers, kept for a minute or until the tenant's tools change. */
export class ToolLists {
  readonly #kept = new Map<string, Kept>();

  /** @throws PatchbayError as the registry does, also for a toolset that does not exist or a cursor that is none. */
  read(agent: McpAgent, view: McpView, cursor: string | null): Promise<ToolPage> {
    if (view.tools === 'search') return Promise.resolve({ tools: [searchTool, callTool] });
    const key = JSON.stringify([agent.tenant, view.toolset, view.tools, cursor]);
    const kept = this.#kept.get(key);
    const now = performance.now();
    if (kept !== undefined && kept.until > now) return kept.page;
    const page = readPage(agent, view, cursor);
    this.#kept.delete(key);
    this.#kept.set(key, { tenant: agent.tenant, until: now + keptForMs, page });
    page.catch(() => {
      if (this.#kept.get(key)?.page === page) this.#kept.delete(key);
    });
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > keptPages && oldest !== undefined) this.#kept.delete(oldest);
    return page;
  }

  /** The tenant's tools changed; null: everybody's may have. */
  forget(tenant: string | null): void {
    for (const [key, kept] of this.#kept) if (tenant === null || kept.tenant === tenant) this.#kept.delete(key);
  }
}

async function readPage(agent: McpAgent, { toolset, tools }: McpView, cursor: string | null): Promise<ToolPage> {
  const listed = await agent.tools.list({
    limit: pageSize,
    ...(toolset !== null && { toolset }),
    ...(cursor !== null && { cursor }),
  });
  // A toolset is somebody's choice: it is listed as it is.
  if (tools === 'auto' && toolset === null && listed.total > listedAtMost) return { tools: [searchTool, callTool] };
  const names = listed.tools.map(({ name }) => name);
  const described = names.length === 0 ? { tools: [] } : await agent.tools.describe(names, 'mcp');
  const definitions = described.tools.map(listedTool);
  // What changes something may have to be confirmed, and then be called again with the token of the refusal.
  const confirmable = cursor === null && listed.tools.some(({ risk }) => risk !== 'read');
  return {
    tools: confirmable ? [...definitions, callTool] : definitions,
    ...(listed.next_cursor !== null && { nextCursor: listed.next_cursor }),
  };
}

/** A definition as the registry gives it, without `execution`: the tasks that it speaks of are not served here. */
export function listedTool(definition: Readonly<Record<string, unknown>>): Tool {
  const { execution: _execution, ...tool } = definition;
  return tool as unknown as Tool;
}
