import { type IntegrationDocument, type Webhooks, webhookToolsOf } from '@patchbay/contracts';
import { type Finding, finding } from '../finding.ts';
import { toolEntries } from '../tool-calls.ts';
import { pathProblem } from './body-paths.ts';
import { checkCalls } from './calls.ts';
import { checkErrorRules } from './error-rules.ts';
import { checkParameters } from './parameters.ts';
import { checkTool } from './tools.ts';
import { checkUrls } from './urls.ts';

type Call = 'register' | 'list' | 'remove';

/** What each request may name of what is ours. */
const knownTo: Readonly<Record<Call, readonly string[]>> = {
  register: ['webhook.url', 'webhook.secret', 'webhook.events', 'webhook.until', 'webhook.nonce'],
  list: ['webhook.url'],
  remove: ['webhook.id', 'webhook.url'],
};

/** The requests about webhooks: each as a tool is checked, and what they say together. */
export function checkWebhooks(document: IntegrationDocument): Finding[] {
  const { webhooks } = document;
  const tools = webhookToolsOf(document);
  if (webhooks === undefined || tools === null) return [];
  const asTools = [
    ...checkUrls(tools.document),
    ...checkErrorRules(tools.document),
    ...toolEntries(tools.document).flatMap((entry) => [
      ...checkCalls(tools.document, entry),
      ...checkParameters(tools.document, entry),
      ...checkTool(entry),
    ]),
  ]
    // The rest of the document is checked already, and paths of answers below.
    .filter(({ path }) => path[0] === 'tools' && path[2] !== 'response')
    .map(({ path, message }) => finding(['webhooks', ...path.slice(1)], message));
  return [
    ...asTools,
    ...checkNames(webhooks, tools.given),
    ...checkSecret(webhooks, tools.given.register ?? {}),
    ...checkLifetime(webhooks, tools.given.register ?? {}),
    ...checkAnswers(webhooks),
  ];
}

function checkNames(
  { register }: Webhooks,
  given: Readonly<Partial<Record<Call, Readonly<Record<string, string>>>>>,
): Finding[] {
  const settings = Object.keys(register?.response.settings ?? {}).map((name) => `setting.${name}`);
  const findings = Object.entries(given).flatMap(([call, names]) => {
    const known = [...knownTo[call as Call], ...(call === 'remove' ? settings : [])];
    return [...new Set(Object.values(names))]
      .filter((name) => !known.includes(name))
      .map((name) => finding(['webhooks', call], `${name} is not known here; known are ${known.join(', ')}`));
  });
  const says = (call: Call, test: (name: string) => boolean) => Object.values(given[call] ?? {}).some(test);
  if (!says('register', (name) => name === 'webhook.url'))
    findings.push(finding(['webhooks', 'register'], 'does not send webhook.url, so nothing would come to us'));
  if (!says('remove', (name) => name === 'webhook.id' || name.startsWith('setting.')))
    findings.push(finding(['webhooks', 'remove'], 'does not say which webhook: webhook.id'));
  return findings;
}

function checkSecret({ register }: Webhooks, given: Readonly<Record<string, string>>): Finding[] {
  const ours = Object.values(given).includes('webhook.secret');
  if (register?.response.secret === undefined || !ours) return [];
  return [finding(['webhooks', 'register', 'response', 'secret'], 'the secret is ours: register sends webhook.secret')];
}

/** How long is asked for goes with asking for it, and with hearing what is given. */
function checkLifetime({ register }: Webhooks, given: Readonly<Record<string, string>>): Finding[] {
  if (register === undefined) return [];
  const asks = Object.values(given).includes('webhook.until');
  const path = ['webhooks', 'register', 'lifetime_s'];
  if (asks && register.lifetime_s === undefined)
    return [finding(path, 'register sends webhook.until: say how long that is')];
  if (!asks && register.lifetime_s !== undefined)
    return [finding(path, 'has no meaning: register sends no webhook.until')];
  if (asks && register.response.expires_at === undefined)
    return [finding(['webhooks', 'register', 'response', 'expires_at'], 'say where the answer tells when it ends')];
  return [];
}

function checkAnswers({ register, list }: Webhooks): Finding[] {
  const { settings, ...own } = register?.response ?? {};
  const { pagination: _pagination, ...items } = list?.response ?? {};
  const paths: [PropertyKey[], string | undefined][] = [
    ...Object.entries(own).map(([name, path]): [PropertyKey[], string] => [['register', 'response', name], path]),
    ...Object.entries(settings ?? {}).map(([name, path]): [PropertyKey[], string] => [
      ['register', 'response', 'settings', name],
      path,
    ]),
    ...Object.entries(items).map(([name, path]): [PropertyKey[], string] => [['list', 'response', name], path]),
  ];
  return paths.flatMap(([at, path]) => {
    const problem = path === undefined ? undefined : path.includes('[]') ? 'must lead to one value' : pathProblem(path);
    return problem === undefined ? [] : [finding(['webhooks', ...at], problem)];
  });
}
