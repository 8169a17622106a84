import type { ToolSummary } from '@patchbay/contracts';

export interface IntegrationSummary {
  readonly id: string;
  readonly category: string;
  /** Of the tools that can be called now. */
  readonly versions: readonly string[];
  readonly tools: readonly string[];
}

/** The integrations that tools come from, by id. */
export function integrationsOf(tools: readonly ToolSummary[]): IntegrationSummary[] {
  return [...Map.groupBy(tools, ({ integration }) => integration)]
    .map(([id, own]) => ({
      id,
      category: (own[0] as ToolSummary).category,
      versions: [...new Set(own.map(({ version }) => version))],
      tools: own.map(({ name }) => name),
    }))
    .sort((a, b) => a.id.localeCompare(b.id));
}
