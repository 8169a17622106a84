import type { ToolsetView } from '@patchbay/contracts';
import type { Documents } from './ports.ts';
import { viewToolset } from './view-toolset.ts';

/** Every toolset that a scope can name, by name. */
export function listToolsets({ documents }: { readonly documents: Documents }) {
  return async ({ scope }: { readonly scope: string }): Promise<{ toolsets: ToolsetView[] }> => ({
    toolsets: documents.toolsets(scope).map((toolset) => viewToolset(documents, scope, toolset)),
  });
}
