import { arrangeTools } from '@patchbay/catalog';
import type { FoundTool, SearchToolsRequest, SearchToolsResult } from '@patchbay/contracts';
import type { RegisteredTool } from '@patchbay/registry-copy';
import { withinBudget } from '../domain/token-budget.ts';
import { type DocumentedTool, summaryOf } from '../domain/tool-summary.ts';
import { defineTool } from './define-tool.ts';
import { findToolset, inToolset } from './find-toolset.ts';
import type { Documents, LatencyOf } from './ports.ts';

export interface ToolSearch {
  /** Tools of the tenant that match the query, best first, at most `limit`. */
  search(
    tenant: string,
    query: string,
    options: { readonly limit: number; readonly accept: (tool: DocumentedTool) => boolean },
  ): readonly { readonly tool: RegisteredTool; readonly score: number }[];
}

/**
 * Tools that fit what an agent wants to do, best first, within a budget of tokens if it has one. Nothing that fits is an
 * empty answer.
 * @throws PatchbayError `invalid_request` when there is no such toolset.
 */
export function searchTools({
  documents,
  search,
  latencyOf,
}: {
  readonly documents: Documents;
  readonly search: ToolSearch;
  readonly latencyOf: LatencyOf;
}) {
  return async (
    tenant: string,
    { query, category, toolset, limit, format, max_tokens: maxTokens = Number.POSITIVE_INFINITY }: SearchToolsRequest,
  ): Promise<SearchToolsResult> => {
    const loading = toolset === undefined ? undefined : findToolset(documents, tenant, toolset).loading;
    const belongs = inToolset(documents, tenant, toolset);
    const accept = (tool: DocumentedTool) =>
      belongs(tool) && (category === undefined || tool.document.category === category);
    const ranked = search.search(tenant, query, { limit, accept }).map(({ tool, score }) => {
      const latency = latencyOf(tool);
      return {
        document: tool.document,
        summary: { ...summaryOf(tool, latency), score: Math.round(score * 1_000) / 1_000, ...confirmOf(tool) },
        definition: format === undefined ? null : defineTool(tool, { format, loading, latency }),
      };
    });
    const { kept, leftOut, tokens } = withinBudget(
      ranked,
      ({ definition, summary }) => definition ?? summary,
      maxTokens,
    );
    const defined = kept.flatMap(({ document, definition }) => (definition === null ? [] : [{ document, definition }]));
    return {
      tools: kept.map(({ summary }) => summary),
      definitions: format === undefined ? [] : arrangeTools(defined, format),
      tokens,
      left_out: leftOut.map(({ summary }) => summary.name),
    };
  };
}

function confirmOf({ tool }: DocumentedTool): Pick<FoundTool, 'confirm'> {
  return tool.confirm === undefined ? {} : { confirm: tool.confirm };
}
