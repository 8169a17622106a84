import { setTimeout as delay } from 'node:timers/promises';
import { loadSchemes } from '@patchbay/webhook-schemes';
import type { CommandContext } from '../context.ts';
import { everyTool } from '../every-tool.ts';
import { integrationsOf } from '../integrations-of.ts';
import type { ToolSchema } from '../render/tool.ts';
import type { DynamicWords, Suggestion } from './suggest.ts';

/** A person who presses Tab waits no longer than this, in milliseconds. */
const patienceMs = 1_500;

type Source = (context: CommandContext, before: readonly string[]) => Promise<Suggestion[]>;

const tools: Source = async (context) =>
  (await everyTool(await context.agent())).map(({ name, title }) => ({ word: name, meaning: title }));

const integrations: Source = async (context) =>
  integrationsOf(await everyTool(await context.agent())).map(({ id, tools: own }) => ({
    word: id,
    meaning: own.join(', '),
  }));

const connections: Source = async (context) =>
  (await (await context.admin()).listConnections())
    .filter(({ status }) => status !== 'revoked')
    .map(({ id, integration, label }) => ({ word: id, meaning: `${integration} ${label}` }));

const schemes: Source = async () => [...loadSchemes().values()].map(({ id, name }) => ({ word: id, meaning: name }));

const webhookSources: Source = async (context) =>
  (await (await context.admin()).webhooks.sources.list()).map(({ id, scheme, name }) => ({
    word: id,
    meaning: `${scheme ?? 'bin'} ${name}`,
  }));

const subscriptions: Source = async (context) =>
  (await (await context.admin()).webhooks.subscriptions.list()).map(({ id, target, name }) => ({
    word: id,
    meaning: `${target.kind} ${name}`,
  }));

const versions: Source = async (context, [integration = '']) =>
  (await (await context.admin()).integration(integration)).versions.map(({ version, retired }) => ({
    word: version,
    meaning: retired ? 'retired' : '',
  }));

const toolsets: Source = async (context) => {
  const admin = await context.admin();
  return (await admin.toolsets.list({ scope: admin.tenant })).map(({ name, title }) => ({
    word: name,
    meaning: title,
  }));
};

/** `channel=`, `text=`: those not given yet. */
const toolArguments: Source = async (context, [tool = '', ...given]) => {
  const [definition] = (await (await context.agent()).tools.describe([tool])).tools;
  const properties = (definition?.input_schema as ToolSchema | undefined)?.properties ?? {};
  return Object.entries(properties)
    .filter(([name]) => !given.some((word) => word.startsWith(`${name}=`)))
    .map(([name, { description }]) => ({ word: `${name}=`, meaning: description ?? '' }));
};

/** By command and place; a place from 1 on serves all that follow. */
const sources: Readonly<Record<string, Source>> = {
  'exec 0': tools,
  'exec 1': toolArguments,
  'exec --connection': connections,
  'tools show 0': tools,
  'tools list --integration': integrations,
  'integrations show 0': integrations,
  'integrations retire 0': integrations,
  'integrations diff 0': integrations,
  'integrations pin 0': integrations,
  'integrations pin 1': versions,
  'integrations unpin 0': integrations,
  'integrations rollback 0': integrations,
  'integrations deprecate 0': integrations,
  'integrations install 0': integrations,
  'integrations uninstall 0': integrations,
  'integrations diff 1': versions,
  'toolsets show 0': toolsets,
  'toolsets remove 0': toolsets,
  'toolsets set 0': toolsets,
  'toolsets set 1': tools,
  'tools list --toolset': toolsets,
  'tools search --toolset': toolsets,
  'tools export --toolset': toolsets,
  'connections add 0': integrations,
  'connections remove 0': connections,
  'connections list --integration': integrations,
  'audit tail --tool': tools,
  'audit query --tool': tools,
  'webhooks schemes 0': schemes,
  'webhooks verify 0': schemes,
  'webhooks send 0': schemes,
  'webhooks send --source': webhookSources,
  'webhooks sources add 0': schemes,
  'webhooks sources show 0': webhookSources,
  'webhooks sources change 0': webhookSources,
  'webhooks sources remove 0': webhookSources,
  'webhooks sources rotate-secret 0': webhookSources,
  'webhooks sources remove-secret 0': webhookSources,
  'webhooks events --source': webhookSources,
  'webhooks rejected --source': webhookSources,
  'webhooks inspect --source': webhookSources,
  'webhooks listen --source': webhookSources,
  'webhooks bin --source': webhookSources,
  'webhooks replay --source': webhookSources,
  'webhooks replay --subscription': subscriptions,
  'webhooks subscriptions add --source': webhookSources,
  'webhooks subscriptions add --to-tool': tools,
  'webhooks subscriptions list --source': webhookSources,
  'webhooks subscriptions show 0': subscriptions,
  'webhooks subscriptions change 0': subscriptions,
  'webhooks subscriptions pause 0': subscriptions,
  'webhooks subscriptions resume 0': subscriptions,
  'webhooks subscriptions rotate-key 0': subscriptions,
  'webhooks subscriptions remove 0': subscriptions,
  'webhooks deliveries list --subscription': subscriptions,
  'webhooks dead-letters list --subscription': subscriptions,
  'webhooks dead-letters redrive --subscription': subscriptions,
  'webhooks dead-letters drop --subscription': subscriptions,
};

export function dynamicWords(context: CommandContext): DynamicWords {
  return async ({ command, place, before }) => {
    const source = sources[`${command} ${typeof place === 'number' ? Math.min(place, 1) : place}`];
    if (source === undefined) return [];
    const nothing: Suggestion[] = [];
    const patience = new AbortController();
    const waited = delay(patienceMs, nothing, { signal: patience.signal }).catch(() => nothing);
    try {
      // Completion says nothing rather than something wrong: no Patchbay, no key, no such tool.
      return await Promise.race([source(context, before).catch(() => nothing), waited]);
    } finally {
      patience.abort();
    }
  };
}
