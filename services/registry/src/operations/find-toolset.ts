import { PatchbayError, type StoredToolset } from '@patchbay/contracts';
import type { DocumentedTool } from '../domain/tool-summary.ts';
import { memberTest } from '../domain/toolset-members.ts';
import type { Documents } from './ports.ts';

/**
 * Whether a tool is in the toolset that a request names; any is when it names none.
 * @throws PatchbayError `invalid_request` when the tenant has no such toolset: to answer with every tool would be worse.
 */
export function inToolset(
  documents: Documents,
  tenant: string,
  name: string | undefined,
): (tool: DocumentedTool) => boolean {
  return name === undefined ? () => true : memberTest(findToolset(documents, tenant, name).tools);
}

export function findToolset(documents: Documents, tenant: string, name: string): StoredToolset {
  const found = documents.toolset(tenant, name);
  if (found !== null) return found;
  const message = `there is no toolset '${name}'`;
  throw new PatchbayError('invalid_request', {
    message: `toolset: ${message}.`,
    details: { issues: [{ path: 'toolset', message }] },
  });
}
