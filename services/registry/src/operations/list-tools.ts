import type { ListToolsRequest, ListToolsResult } from '@patchbay/contracts';
import { pageOfTools } from '../domain/page-of-tools.ts';
import { summaryOf } from '../domain/tool-summary.ts';
import { inToolset } from './find-toolset.ts';
import type { Documents, LatencyOf } from './ports.ts';

/**
 * The tools a tenant can call, by name, a page at a time. `total` counts all that match.
 * @throws PatchbayError `invalid_request` when the cursor is none of ours, or there is no such toolset.
 */
export function listTools({ documents, latencyOf }: { readonly documents: Documents; readonly latencyOf: LatencyOf }) {
  return async (
    tenant: string,
    { category, integration, risk, toolset, limit, cursor }: ListToolsRequest,
  ): Promise<ListToolsResult> => {
    const belongs = inToolset(documents, tenant, toolset);
    const matching = documents
      .visibleTools(tenant)
      .filter(
        (one) =>
          belongs(one) &&
          (category === undefined || one.document.category === category) &&
          (integration === undefined || one.document.id === integration) &&
          (risk === undefined || one.tool.risk === risk),
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
