import { type IntegrationDocument, webhookToolsOf } from '@patchbay/contracts';
import { hostOf } from '../checks/urls.ts';
import { callsOf, toolEntries } from '../tool-calls.ts';
import { type LintFinding, warning } from './rule.ts';

/** Hosts that somebody else could own, in the shapes a pattern might let through. */
const foreign = ['evil', 'evil.example', 'evil.com', 'a.evil.net', 'evil-1.co.uk', '203.0.113.7'];

/**
 * A host that is nothing but a variable lets a connection send its secrets anywhere: the credential, or the client's secret
 * and the code where tokens are had. It must end in a name of the document's own, the variable's pattern must be a list,
 * or the variable must say that the host is the tenant's own.
 */
export function freeHost(document: IntegrationDocument): LintFinding[] {
  return placesOf(document)
    .filter(([, host]) => isFree(document, host))
    .map(([path]) =>
      warning('free-host', path, 'the host should end in a fixed name, such as {subdomain}.example.com'),
    );
}

/** Every host that a document names, with the path of what names it. */
function placesOf(document: IntegrationDocument): [path: string, host: string][] {
  const { auth } = document;
  const webhooks = webhookToolsOf(document)?.document;
  const urls: [string, string | undefined][] = [
    ['base_url', document.base_url],
    ...(['authorize_url', 'token_url', 'device_url', 'revoke_url'] as const).map(
      (name): [string, string | undefined] => [`auth.${name}`, auth[name]],
    ),
    ['auth.exchange.url', auth.exchange?.url],
    ...toolEntries(document).flatMap((entry) =>
      callsOf(entry).map(({ path, request }): [string, string | undefined] => [
        `${dotted(path)}.request.base_url`,
        request.base_url,
      ]),
    ),
    ...(webhooks === undefined ? [] : toolEntries(webhooks)).map(({ key, tool }): [string, string | undefined] => [
      `webhooks.${key}.request.base_url`,
      tool.request?.base_url,
    ]),
  ];
  return [
    ...urls.flatMap(([path, url]): [string, string][] => {
      const host = hostOf(url ?? '');
      return host === undefined ? [] : [[path, host]];
    }),
    ...(auth.hosts ?? []).map((host, index): [string, string] => [`auth.hosts[${index}]`, host]),
  ];
}

function isFree({ variables = {} }: IntegrationDocument, host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  if (variables[/^\{([^{}]+)\}$/.exec(name)?.[1] ?? '']?.own_host === true) return false;
  const fixed = name.split('}').at(-1) ?? '';
  const labels = fixed.split('.').filter((label) => label !== '');
  if (!name.includes('{') || labels.length >= 2 || labels[0] === 'localhost') return false;
  const last = /\{([^{}]+)\}[^{}]*$/.exec(name)?.[1] ?? '';
  const pattern = variables[last]?.pattern;
  return pattern === undefined || foreign.some((text) => new RegExp(pattern, 'u').test(text));
}

function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}
