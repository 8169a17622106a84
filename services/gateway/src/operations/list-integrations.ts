import { Category, IntegrationId, type ToolSummary, Version } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import { z } from 'zod';

/** An integration as a tenant sees it: by the tools that it can call. */
export const IntegrationSummary = z.object({
  id: IntegrationId,
  category: Category,
  /** Those that its tools are served in, mostly one. */
  versions: z.array(Version),
  tools: z.array(z.string()),
});
export type IntegrationSummary = z.infer<typeof IntegrationSummary>;

/** Every integration whose tools the tenant can call, by id. */
export async function integrationsOf(agent: Pick<Agent, 'tools'>): Promise<IntegrationSummary[]> {
  const tools: ToolSummary[] = [];
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const page = await agent.tools.list({ limit: 1_000, ...(cursor !== null && { cursor }) });
    tools.push(...page.tools);
    cursor = page.next_cursor;
  }
  return integrationsAmong(tools);
}

/** The integrations of tools, by id. */
export function integrationsAmong(tools: readonly ToolSummary[]): IntegrationSummary[] {
  return [...Map.groupBy(tools, ({ integration }) => integration)]
    .map(([id, own]) => ({
      id,
      category: (own[0] as ToolSummary).category,
      versions: [...new Set(own.map(({ version }) => version))],
      tools: own.map(({ name }) => name).sort(),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
