import type { IntegrationDocument, Tool, Toolset } from '@patchbay/contracts';

/** A tool's document as a toolset has it loaded, where the toolset says how. */
export function withLoading(
  { document, toolKey, tool }: { document: IntegrationDocument; toolKey: string; tool: Tool },
  loading: Toolset['loading'],
): IntegrationDocument {
  return loading === undefined || tool.loading === loading
    ? document
    : { ...document, tools: { [toolKey]: { ...tool, loading } } };
}
