import { exportTool } from '@patchbay/catalog';
import type { ToolFormat, ToolLatency, Toolset } from '@patchbay/contracts';
import type { RegisteredTool } from '@patchbay/registry-copy';
import { withLatency } from '../domain/with-latency.ts';
import { withLoading } from '../domain/with-loading.ts';

/** A tool's definition as a request of an API takes it, loaded as a toolset says. */
export function defineTool(
  found: RegisteredTool,
  {
    format,
    loading,
    latency,
  }: {
    readonly format: ToolFormat;
    readonly loading: Toolset['loading'];
    readonly latency: ToolLatency | undefined;
  },
): Record<string, unknown> {
  const exported = withLatency(exportTool(withLoading(found, loading), found.toolKey, format), format, latency);
  // What goes to a model's API holds nothing it does not know.
  const told = format === 'patchbay' && found.deprecated !== undefined;
  return told ? { ...exported, deprecated: found.deprecated } : exported;
}
