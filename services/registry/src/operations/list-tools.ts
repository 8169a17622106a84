import type { ListToolsRequest, ListToolsResult } from '@patchbay/contracts';
import { pageOfTools } from '../domain/page-of-tools.ts';
import { summaryOf } from '../domain/tool-summary.ts';
import type { Documents, LatencyOf } from './ports.ts';

/**
 * The tools a tenant can call, by name, a page at a time. `total` counts all that match.
 * @throws PatchbayError `invalid_request` when the cursor is none of ours.
 */
export function listTools({ documents, latencyOf }: { readonly documents: Documents; readonly latencyOf: LatencyOf }) {
  return async (
    tenant: string,
    { category, integration, risk, limit, cursor }: ListToolsRequest,
  ): Promise<ListToolsResult> => {
    const matching = documents
      .visibleTools(tenant)
      .filter(
        ({ document, tool }) =>
          (category === undefined || document.category === category) &&
          (integration === undefined || document.id === integration) &&
          (risk === undefined || tool.risk === risk),
      );
    return {
      ...pageOfTools(
        matching.map((tool) => summaryOf(tool, latencyOf(tool))),
        { limit, cursor },
      ),
      total: matching.length,
    };
  };
}
