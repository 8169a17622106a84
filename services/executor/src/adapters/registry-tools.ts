import {
  type IntegrationDocument,
  PatchbayError,
  platformScope,
  type WebhookCallName,
  type Webhooks,
  webhookToolsOf,
} from '@patchbay/contracts';
import { type PreparedTool, prepareTool } from '@patchbay/execution-engine';
import type { RegisteredTool, RegistryCopy } from '@patchbay/registry-copy';
import type { FindTool } from '../operations/ports.ts';
import type { WarmSessionPorts } from '../operations/warm-session.ts';
import type { FindWebhookTools, VendorWebhooks } from '../operations/webhooks/vendor-webhooks.ts';

/** Tools of the local registry copy, each compiled once and kept as long as the copy keeps its document. */
export function createRegistryTools(
  copy: Pick<RegistryCopy, 'resolve' | 'visibleTools'>,
): FindTool & WarmSessionPorts['tools'] & FindWebhookTools {
  const prepared = new WeakMap<IntegrationDocument, Map<string, PreparedTool>>();
  const webhooks = new WeakMap<IntegrationDocument, VendorWebhooks | null>();
  return {
    findOf(tenant, integration) {
      const found = copy.visibleTools(tenant).find(({ document }) => document.id === integration);
      return found === undefined ? null : this.find(tenant, found.name, undefined);
    },
    find(tenant, name, version) {
      const found = copy.resolve(tenant, name, version);
      if (found === null) return null;
      refuseForeignProgram(found);
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
    webhooksOf(tenant, integration) {
      const document = copy.visibleTools(tenant).find((tool) => tool.document.id === integration)?.document;
      if (document === undefined) return null;
      let found = webhooks.get(document);
      if (found === undefined) {
        found = vendorWebhooks(document);
        webhooks.set(document, found);
      }
      return found;
    },
    *names(tenant) {
      for (const { name } of copy.visibleTools(tenant)) yield name;
    },
  };
}

/** A tenant's document may never say what runs here. The registry takes none that does; this is the second lock. */
function refuseForeignProgram({ name, document, scope }: RegisteredTool): void {
  if (document.mcp?.command === undefined || scope === platformScope) return;
  throw new PatchbayError('not_permitted', {
    message: `The tool '${name}' would run a program, which only documents for every tenant may.`,
    details: { reason: 'mcp_command_of_tenant' },
  });
}

function vendorWebhooks(document: IntegrationDocument): VendorWebhooks | null {
  const tools = webhookToolsOf(document);
  if (tools === null) return null;
  const prepared = new Map<WebhookCallName, PreparedTool>();
  const prepare = (name: WebhookCallName): PreparedTool => {
    const tool = prepared.get(name) ?? prepareTool(tools.document, name);
    prepared.set(name, tool);
    return tool;
  };
  return {
    webhooks: document.webhooks as Webhooks,
    prepare,
    given(name) {
      const fills = Object.entries(tools.given[name] ?? {});
      const ours = new Set(fills.map(([argument]) => argument));
      const { properties = {}, required = [] } = prepare(name).inputSchema as {
        properties?: object;
        required?: string[];
      };
      const operators = (names: string[]) => new Set(names.filter((argument) => !ours.has(argument)));
      return { takes: operators(Object.keys(properties)), needs: operators(required), fills };
    },
  };
}
