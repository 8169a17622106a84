import { type ArrangedTool, arrangeTools } from '@patchbay/catalog';
import {
  type Deprecation,
  type DescribeToolsRequest,
  type DescribeToolsResult,
  PatchbayError,
  type ToolLatency,
} from '@patchbay/contracts';
import { defineTool } from './define-tool.ts';
import { findToolset, inToolset } from './find-toolset.ts';
import type { Documents, LatencyOf } from './ports.ts';

/** Bytes of definitions in one answer; a message holds 1,048,576. */
const maxAnswerBytes = 1_000_000;

/**
 * Whole definitions in the format asked for, in the order asked and as the list of one request; names not found, retired,
 * or not in the toolset, are in `missing`.
 * @throws PatchbayError `invalid_request` when they do not fit into one message, or there is no such toolset.
 */
export function describeTools({
  documents,
  latencyOf,
}: {
  readonly documents: Documents;
  readonly latencyOf: LatencyOf;
}) {
  return async (
    tenant: string,
    { tools: names, version, toolset, format, namespaces, cache_control: cacheControl }: DescribeToolsRequest,
  ): Promise<DescribeToolsResult> => {
    const loading = toolset === undefined ? undefined : findToolset(documents, tenant, toolset).loading;
    const belongs = inToolset(documents, tenant, toolset);
    const tools: ArrangedTool[] = [];
    const missing: string[] = [];
    const latencies: Record<string, ToolLatency> = {};
    const deprecations: Record<string, Deprecation> = {};
    let bytes = 0;
    for (const name of names) {
      const found = documents.resolve(tenant, name, version);
      if (found === null || !belongs(found)) {
        missing.push(name);
        continue;
      }
      const latency = latencyOf(found);
      if (latency !== undefined) latencies[name] = latency;
      if (found.deprecated !== undefined) deprecations[name] = found.deprecated;
      const definition = defineTool(found, { format, loading, latency });
      bytes += Buffer.byteLength(JSON.stringify(definition)) + 1;
      if (bytes > maxAnswerBytes) {
        const message = `the definitions are larger than one answer may be; ask for fewer than ${tools.length + 1} at once`;
        throw new PatchbayError('invalid_request', {
          message: `tools: ${message}.`,
          details: { issues: [{ path: 'tools', message }] },
        });
      }
      tools.push({ definition, document: found.document });
    }
    return { tools: arrangeTools(tools, format, { namespaces, cacheControl }), missing, latencies, deprecations };
  };
}
