import { routes, type SetToolsetResult, type Toolset, type ToolsetView } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { Scoped } from './integrations-admin.ts';

/** Named choices of tools for one kind of agent: `agent.tools.list({ toolset })`. They narrow what is found, not what may be called. */
export interface ToolsetsAdmin {
  /** Makes one, or puts another in its place. `toolset.warnings` says what of it a model will have trouble with. */
  set(name: string, toolset: Toolset, options?: Scoped): Promise<SetToolsetResult>;
  /** A tenant's own, else the platform's. @throws PatchbayError `tool_not_found`. */
  show(name: string, options?: Scoped): Promise<ToolsetView>;
  /** Those that a tenant can name. */
  list(options?: Scoped): Promise<ToolsetView[]>;
  /** @throws PatchbayError `tool_not_found`. */
  remove(name: string, options?: Scoped): Promise<void>;
}

export function toolsetsOver(messaging: Messaging): ToolsetsAdmin {
  return {
    set: (name, toolset, options) => messaging.request(routes.setToolset, {}, { name, ...toolset, ...options }),
    show: async (name, options) => (await messaging.request(routes.showToolset, {}, { name, ...options })).toolset,
    list: async (options) => (await messaging.request(routes.listToolsets, {}, { ...options })).toolsets,
    async remove(name, options) {
      await messaging.request(routes.removeToolset, {}, { name, ...options });
    },
  };
}
