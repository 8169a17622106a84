import { exportTool } from '@patchbay/catalog';
import {
  type DescribeToolsRequest,
  type DescribeToolsResult,
  PatchbayError,
  type ToolLatency,
} from '@patchbay/contracts';
import { withLatency } from '../domain/with-latency.ts';
import type { Documents, LatencyOf } from './ports.ts';

/** Bytes of definitions in one answer; a message holds 1,048,576. */
const maxAnswerBytes = 1_000_000;

/**
 * Whole definitions in the format asked for, in the order asked; names not found, or retired, are in `missing`.
 * @throws PatchbayError `invalid_request` when they do not fit into one message.
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
    { tools: names, version, format }: DescribeToolsRequest,
  ): Promise<DescribeToolsResult> => {
    const tools: Record<string, unknown>[] = [];
    const missing: string[] = [];
    const latencies: Record<string, ToolLatency> = {};
    let bytes = 0;
    for (const name of names) {
      const found = documents.resolve(tenant, name, version);
      if (found === null) {
        missing.push(name);
        continue;
      }
      const latency = latencyOf(found);
      if (latency !== undefined) latencies[name] = latency;
      const definition = withLatency(exportTool(found.document, found.toolKey, format), format, latency);
      bytes += Buffer.byteLength(JSON.stringify(definition)) + 1;
      if (bytes > maxAnswerBytes) {
        const message = `the definitions are larger than one answer may be; ask for fewer than ${tools.length + 1} at once`;
        throw new PatchbayError('invalid_request', {
          message: `tools: ${message}.`,
          details: { issues: [{ path: 'tools', message }] },
        });
      }
      tools.push(definition);
    }
    return { tools, missing, latencies };
  };
}
