import type { ToolFormat, ToolLatency } from '@patchbay/contracts';

/** A definition that says how long a call takes, in the formats that have a place for it. */
export function withLatency(
  definition: Record<string, unknown>,
  format: ToolFormat,
  latency: ToolLatency | undefined,
): Record<string, unknown> {
  if (latency === undefined) return definition;
  if (format === 'patchbay') return { ...definition, latency };
  if (format === 'mcp')
    return { ...definition, _meta: { ...(definition._meta as object | undefined), 'patchbay/latency': latency } };
  if (format === 'ai-sdk' || format === 'langchain')
    return { ...definition, metadata: { ...(definition.metadata as object | undefined), latency } };
  return definition;
}
