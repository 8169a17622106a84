import type { IntegrationDocument, ToolFormat } from '@patchbay/contracts';
import { inStrictBudget } from './strict-budget.ts';
import type { JsonObject } from './tool-source.ts';

/** A definition in some format, and where it comes from. */
export interface ArrangedTool {
  readonly definition: JsonObject;
  readonly document: IntegrationDocument;
}

export interface Arrangement {
  /** OpenAI Responses: one `namespace` tool for each integration, with its functions. */
  readonly namespaces?: boolean | undefined;
  /** Anthropic: how long the API keeps the tools of the prompt; told by the last of them that is loaded at once. */
  readonly cacheControl?: '5m' | '1h' | undefined;
}

/**
 * Definitions as the list that one request of a model API takes. Beyond what the Messages API compiles in one request, tools
 * are no longer strict, rather than that it refuses them all. The order stays.
 */
export function arrangeTools(
  tools: readonly ArrangedTool[],
  format: ToolFormat,
  { namespaces = false, cacheControl }: Arrangement = {},
): JsonObject[] {
  const definitions = tools.map(({ definition }) => definition);
  if (format === 'ai-sdk') return inStrictBudget(definitions, 'inputSchema');
  if (format === 'anthropic') return cached(inStrictBudget(definitions, 'input_schema'), cacheControl);
  return namespaces && (format === 'openai' || format === 'openai-responses') ? grouped(tools) : definitions;
}

/** The API refuses a mark on a deferred tool, and reads the list up to the mark. */
function cached(definitions: readonly JsonObject[], ttl: Arrangement['cacheControl']): JsonObject[] {
  const last = definitions.findLastIndex(({ defer_loading }) => defer_loading !== true);
  return definitions.map((definition, index) =>
    ttl === undefined || index !== last ? definition : { ...definition, cache_control: { type: 'ephemeral', ttl } },
  );
}

/** Functions keep their whole names, which are what Patchbay is called by, so that nothing has to be put together again. */
function grouped(tools: readonly ArrangedTool[]): JsonObject[] {
  const byIntegration = Map.groupBy(tools, ({ document }) => document.id);
  return [...byIntegration].map(([id, members]) => ({
    type: 'namespace',
    name: id,
    description: members[0]?.document.description,
    tools: members.map(({ definition }) => definition),
  }));
}
