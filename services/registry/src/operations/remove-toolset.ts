import type { RemoveToolsetRequest, RemoveToolsetResult } from '@patchbay/contracts';
import type { z } from 'zod';
import { unknownToolset } from '../domain/refusals.ts';
import { auditedChange, auditRefusal } from './audited-change.ts';
import { changeEntry } from './change-entry.ts';
import type { Caller } from './ports.ts';
import type { ToolsetPorts } from './set-toolset.ts';

/**
 * Removes a scope's own toolset. Agents that name it are refused from then on, or get the platform's of that name.
 * @throws PatchbayError `tool_not_found`, `audit_unavailable`, `overloaded`, `outcome_unknown`.
 */
export function removeToolset(ports: ToolsetPorts) {
  return async (
    { scope, name }: RemoveToolsetRequest,
    caller: Caller,
  ): Promise<z.infer<typeof RemoveToolsetResult>> => {
    const target = { scope, kind: 'toolset' as const, id: name };
    if (ports.documents.toolset(scope, name)?.scope !== scope) {
      const error = unknownToolset(scope, name);
      await auditRefusal(ports, target, caller, error);
      throw error;
    }
    return auditedChange(
      ports,
      { type: 'dev.patchbay.registry.toolset_removed', ...target, facts: {} },
      caller,
      async () => {
        const { changed } = await changeEntry(ports.toolsets, { scope, name }, `toolset ${name}`, (present) =>
          present === null || present.removed
            ? null
            : { ...present, removed: true as const, changed_at: ports.now().toISOString() },
        );
        return { result: { scope, name }, facts: { changed } };
      },
    );
  };
}
