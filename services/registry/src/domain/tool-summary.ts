import type { Deprecation, IntegrationDocument, Tool, ToolLatency, ToolSummary } from '@patchbay/contracts';

/** A tool with the document it belongs to. */
export interface DocumentedTool {
  readonly name: string;
  readonly tool: Tool;
  readonly document: IntegrationDocument;
  readonly deprecated?: Deprecation;
}

export function summaryOf({ name, tool, document, deprecated }: DocumentedTool, latency?: ToolLatency): ToolSummary {
  return {
    name,
    title: tool.title,
    integration: document.id,
    category: document.category,
    version: document.version,
    risk: tool.risk,
    description: tool.description,
    ...(latency !== undefined && { latency }),
    ...(deprecated !== undefined && { deprecated }),
  };
}
