import type { IntegrationDocument, Tool } from './integration.ts';
import type { Parameter } from './parameter.ts';
import type { WebhookList, WebhookRegister, Webhooks } from './webhooks.ts';

export const webhookCalls = ['register', 'list', 'remove'] as const;
export type WebhookCallName = (typeof webhookCalls)[number];

/** The requests about webhooks as tools, which nobody calls by name. */
export interface WebhookTools {
  /** The integration with these tools alone, by `WebhookCallName`. */
  readonly document: IntegrationDocument;
  /** Arguments that are ours to give, by tool: what each stands for, such as `webhook.url`. */
  readonly given: Readonly<Partial<Record<WebhookCallName, Readonly<Record<string, string>>>>>;
}

/** What a request may name beside its own parameters. */
const known = /^(?:webhook\.(?:url|secret|id|events|until|nonce)|setting\.[a-z_]{1,40})$/;
const placeholder = /\{\s*((?:webhook|setting)\.[a-z_]+)\s*(?:\|[^{}]*)?\}/g;
/** Room for lists of webhooks, in bytes: the executor alone reads them. */
const maxAnswerBytes = 1_048_576;
const made = new WeakMap<IntegrationDocument, WebhookTools | null>();

/** Null where the document does not say how webhooks are registered. */
export function webhookToolsOf(document: IntegrationDocument): WebhookTools | null {
  let tools = made.get(document);
  if (tools === undefined) {
    tools = document.webhooks?.register === undefined ? null : toolsOf(document, document.webhooks);
    made.set(document, tools);
  }
  return tools;
}

function toolsOf(document: IntegrationDocument, webhooks: Webhooks): WebhookTools {
  const tools: Record<string, Tool> = {};
  const given: Partial<Record<WebhookCallName, Record<string, string>>> = {};
  for (const name of webhookCalls) {
    const call = webhooks[name];
    if (call === undefined) continue;
    const { parameters, given: ours } = withOurs(call.request.path, call.parameters);
    given[name] = ours;
    tools[name] = {
      name: `${document.id}_webhooks_${name}`,
      title: `Webhooks: ${name}`,
      description: `Webhooks at the vendor: ${name}.`,
      risk: name === 'list' ? 'read' : name === 'register' ? 'write' : 'destructive',
      // Removing what is gone is harmless; registering twice is not.
      idempotency: { kind: name === 'register' ? 'none' : 'natural' },
      request: call.request,
      parameters,
      ...(call.errors !== undefined && { errors: call.errors }),
      response: { ...responseOf(webhooks, name), max_bytes: maxAnswerBytes },
      examples: call.examples,
    };
  }
  const { webhooks: _webhooks, health: _health, ...rest } = document;
  return { document: { ...rest, tools }, given };
}

/** Parameters that name what is ours take it as an argument; placeholders become arguments of that very name. */
function withOurs(
  path: string,
  parameters: Readonly<Record<string, Parameter>>,
): { parameters: Record<string, Parameter>; given: Record<string, string> } {
  const all: Record<string, Parameter> = {};
  const given: Record<string, string> = {};
  const texts = [path];
  for (const [name, parameter] of Object.entries(parameters)) {
    const { 'x-from': from, ...rest } = parameter;
    if (rest['x-template'] !== undefined) texts.push(rest['x-template']);
    if (from === undefined || !known.test(from)) {
      all[name] = parameter;
      continue;
    }
    given[name] = from;
    all[name] = { ...rest, ...typeOf(from), required: true };
  }
  for (const match of texts.join('\n').matchAll(placeholder)) {
    const name = match[1] as string;
    if (!known.test(name)) continue;
    given[name] = name;
    all[name] = { type: 'string', required: true, ...(path.includes(`{${name}}`) ? {} : { 'x-in': 'none' }) };
  }
  return { parameters: all, given };
}

function typeOf(from: string): Parameter {
  return from === 'webhook.events' ? { type: 'array', items: { type: 'string' }, minItems: 1 } : { type: 'string' };
}

/** Names under which the answer to `register` is picked. */
export const registerAnswer = {
  id: 'id',
  secret: 'secret',
  expiresAt: 'expires_at',
  setting: (name: string) => `setting.${name}`,
} as const;

function responseOf(webhooks: Webhooks, name: WebhookCallName): Tool['response'] {
  if (name === 'remove') return { pick: [] };
  if (name === 'register') {
    const { id, secret, expires_at, settings } = (webhooks.register as WebhookRegister).response;
    const pick: Record<string, string> = { [registerAnswer.id]: id };
    if (secret !== undefined) pick[registerAnswer.secret] = secret;
    if (expires_at !== undefined) pick[registerAnswer.expiresAt] = expires_at;
    for (const [setting, path] of Object.entries(settings)) pick[registerAnswer.setting(setting)] = path;
    return { pick };
  }
  const { items = '', pagination } = (webhooks.list as WebhookList).response;
  return { pick: { webhooks: `${items}[]` }, ...(pagination !== undefined && { pagination }) };
}
