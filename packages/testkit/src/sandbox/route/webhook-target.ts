import {
  type IntegrationDocument,
  toolNameOf,
  type WebhookCallName,
  type Webhooks,
  webhookToolsOf,
} from '@patchbay/contracts';
import { type Target, targetOf } from './target.ts';

/** What a request about webhooks says, by the parameters that carry it. */
export interface WebhookPart {
  readonly call: WebhookCallName;
  readonly webhooks: Webhooks;
  /** The argument on the wire that stands for `webhook.url`, say. */
  argumentOf(what: string): string | undefined;
}

/** What the document asks its vendor about webhooks; empty where it says nothing of them. */
export function webhookTargetsOf(document: IntegrationDocument): Target[] {
  const tools = webhookToolsOf(document);
  if (tools === null) return [];
  return Object.entries(tools.document.tools).map(([key, tool]) => {
    const call = key as WebhookCallName;
    const target = targetOf({
      document: tools.document,
      toolName: toolNameOf(document, key, tool),
      tool,
      step: null,
      examples: tool.examples,
    });
    const argumentOf = (what: string) =>
      Object.entries(tool.parameters).find(([, parameter]) => parameter['x-template'] === `{${what}}`)?.[0] ??
      Object.entries(tools.given[call] ?? {}).find(([, given]) => given === what)?.[0];
    return { ...target, webhook: { call, webhooks: document.webhooks as Webhooks, argumentOf } };
  });
}
