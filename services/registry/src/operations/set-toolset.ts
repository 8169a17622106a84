import type { SetToolsetRequest, SetToolsetResult, StoredToolset } from '@patchbay/contracts';
import { type AuditPorts, auditedChange } from './audited-change.ts';
import { changeEntry } from './change-entry.ts';
import type { Caller, Documents, ToolsetStore } from './ports.ts';
import { viewToolset } from './view-toolset.ts';

export interface ToolsetPorts extends AuditPorts {
  readonly documents: Documents;
  readonly toolsets: ToolsetStore;
  readonly now: () => Date;
}

/**
 * Makes a toolset, or puts another in its place. Members that stand for no tool are told, not refused: tools come and go.
 * @throws PatchbayError `audit_unavailable`, `overloaded`, `outcome_unknown`.
 */
export function setToolset(ports: ToolsetPorts) {
  return ({ scope, name, ...toolset }: SetToolsetRequest, caller: Caller): Promise<SetToolsetResult> =>
    auditedChange(
      ports,
      {
        type: 'dev.patchbay.registry.toolset_set',
        scope,
        kind: 'toolset',
        id: name,
        facts: { members: toolset.tools.length, loading: toolset.loading ?? null },
      },
      caller,
      async () => {
        const stored: StoredToolset = { scope, name, ...toolset, changed_at: ports.now().toISOString() };
        const { before } = await changeEntry(ports.toolsets, { scope, name }, `toolset ${name}`, () => stored);
        const created = before === null || before.removed === true;
        return { result: { toolset: viewToolset(ports.documents, scope, stored), created }, facts: { created } };
      },
    );
}
