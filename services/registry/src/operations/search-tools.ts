import type { SearchToolsRequest, SearchToolsResult } from '@patchbay/contracts';
import type { RegisteredTool } from '@patchbay/registry-copy';
import { type DocumentedTool, summaryOf } from '../domain/tool-summary.ts';
import { inToolset } from './find-toolset.ts';
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
 * Tools that fit what an agent wants to do, best first. Nothing that fits is an empty answer.
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
    { query, category, toolset, limit }: SearchToolsRequest,
  ): Promise<SearchToolsResult> => {
    const belongs = inToolset(documents, tenant, toolset);
    const accept = (tool: DocumentedTool) =>
      belongs(tool) && (category === undefined || tool.document.category === category);
    const found = search.search(tenant, query, { limit, accept });
    return {
      tools: found.map(({ tool, score }) => ({
        ...summaryOf(tool, latencyOf(tool)),
        score: Math.round(score * 1_000) / 1_000,
      })),
    };
  };
}
