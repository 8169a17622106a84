import type { ShowToolsetRequest, ToolsetView } from '@patchbay/contracts';
import { unknownToolset } from '../domain/refusals.ts';
import type { Documents } from './ports.ts';
import { viewToolset } from './view-toolset.ts';

/** The toolset that a scope means by a name. @throws PatchbayError `tool_not_found`. */
export function showToolset({ documents }: { readonly documents: Documents }) {
  return async ({ scope, name }: ShowToolsetRequest): Promise<{ toolset: ToolsetView }> => {
    const found = documents.toolset(scope, name);
    if (found === null) throw unknownToolset(scope, name);
    return { toolset: viewToolset(documents, scope, found) };
  };
}
