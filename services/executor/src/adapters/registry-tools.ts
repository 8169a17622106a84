import type { IntegrationDocument } from '@patchbay/contracts';
import { type PreparedTool, prepareTool } from '@patchbay/execution-engine';
import type { RegistryCopy } from '@patchbay/registry-copy';
import type { FindTool } from '../operations/ports.ts';
import type { WarmSessionPorts } from '../operations/warm-session.ts';

/** Tools of the local registry copy, each compiled once and kept as long as the copy keeps its document. */
export function createRegistryTools(
  copy: Pick<RegistryCopy, 'resolve' | 'visibleTools'>,
): FindTool & WarmSessionPorts['tools'] {
  const prepared = new WeakMap<IntegrationDocument, Map<string, PreparedTool>>();
  return {
    findOf(tenant, integration) {
      const found = copy.visibleTools(tenant).find(({ document }) => document.id === integration);
      return found === undefined ? null : this.find(tenant, found.name, undefined);
    },
    find(tenant, name, version) {
      const found = copy.resolve(tenant, name, version);
      if (found === null) return null;
      let tools = prepared.get(found.document);
      if (tools === undefined) {
        tools = new Map();
        prepared.set(found.document, tools);
      }
      let tool = tools.get(found.toolKey);
      if (tool === undefined) {
        tool = prepareTool(found.document, found.toolKey);
        tools.set(found.toolKey, tool);
      }
      return tool;
    },
    *names(tenant) {
      for (const { name } of copy.visibleTools(tenant)) yield name;
    },
  };
}
