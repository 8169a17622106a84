import type { IntegrationDocument } from '@patchbay/contracts';
import { expansionsOf } from '../enumerated-pattern.ts';
import { type Finding, finding, wrongWord } from '../finding.ts';
import { patternProblem } from '../pattern-safety.ts';
import { parsePlain } from '../templates.ts';
import { callsOf, toolEntries } from '../tool-calls.ts';
import { checkOwnHosts } from './own-host.ts';

const urlShape = /^(https?):\/\/([^/?#\s]+)([^\s?#]*)$/;
/** The host of an URL as written: lower case, its variables and its port kept. `undefined` when it is not an http(s) URL. */
export function hostOf(url: string): string | undefined {
  const authority = urlShape.exec(url)?.[2];
  return authority === undefined || authority.includes('@') ? undefined : authority.toLowerCase();
}

/** The hosts that may receive the credential: `auth.hosts`, else the host of `base_url`. */
function allowedHosts(document: IntegrationDocument): string[] {
  const own = hostOf(document.base_url);
  return (document.auth.hosts ?? (own === undefined ? [] : [own])).map((host) => host.toLowerCase());
}

function isCovered(host: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => (entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : entry === host));
}

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** URLs: shape, https, variables that exist, and hosts that the credential may go to. */
export function checkUrls(document: IntegrationDocument): Finding[] {
  const allowed = allowedHosts(document);
  const findings = [
    ...checkUrl(document, withoutKey(document), ['base_url'], allowed),
    ...checkUrl(document, document.auth.exchange?.url, ['auth', 'exchange', 'url'], allowed),
    ...checkUrl(document, document.auth.authorize_url, ['auth', 'authorize_url']),
    ...checkUrl(document, document.auth.token_url, ['auth', 'token_url']),
    ...checkUrl(document, document.auth.device_url, ['auth', 'device_url']),
    ...checkUrl(document, document.auth.revoke_url, ['auth', 'revoke_url']),
  ];
  for (const [index, scope] of (document.auth.scopes ?? []).entries())
    findings.push(...checkVariables(document, scope, ['auth', 'scopes', index]));
  for (const field of ['authorize_params', 'token_params'] as const)
    for (const [name, text] of Object.entries(document.auth[field] ?? {}))
      findings.push(...checkVariables(document, text, ['auth', field, name]));
  for (const [index, host] of (document.auth.hosts ?? []).entries()) {
    findings.push(...checkVariables(document, host, ['auth', 'hosts', index]));
    if (/^\*\.[^.]+$/.test(host))
      findings.push(finding(['auth', 'hosts', index], 'a wildcard needs at least two labels after it'));
  }
  for (const entry of toolEntries(document)) {
    for (const call of callsOf(entry)) {
      findings.push(...checkUrl(document, call.request.base_url, [...call.path, 'request', 'base_url'], allowed));
    }
  }
  return [...findings, ...checkVariablePatterns(document), ...checkOwnHosts(document)];
}

/** `base_url` with a letter in the place of a key that goes into its path. */
function withoutKey({ auth, base_url: url }: IntegrationDocument): string {
  if (auth.type !== 'api_key' || auth.in !== 'path') return url;
  const pathAt = url.indexOf('/', 'https://'.length);
  return pathAt === -1 ? url : url.slice(0, pathAt) + url.slice(pathAt).replace(`{${auth.name ?? 'api_key'}}`, 'k');
}

function checkUrl(
  document: IntegrationDocument,
  url: string | undefined,
  path: readonly PropertyKey[],
  allowed?: readonly string[],
): Finding[] {
  if (url === undefined) return [];
  const host = hostOf(url);
  if (host === undefined)
    return [finding(path, 'expected an absolute URL such as https://api.example.com/v1, without user or query')];
  const findings = checkVariables(document, url, path);
  if (!url.startsWith('https://') && !isLoopback(host))
    findings.push(finding(path, 'expected https; plain http is only for loopback hosts'));
  const hosts = expansionsOf(host, document.variables ?? {});
  if (allowed !== undefined && !isCovered(host, allowed) && !hosts.every((one) => isCovered(one, allowed))) {
    findings.push(finding(path, `its host ${host} is not among auth.hosts (${allowed.join(', ')})`));
  }
  return findings;
}

/** Placeholders of text that only connection variables can fill. */
export function checkVariables(document: IntegrationDocument, text: string, path: readonly PropertyKey[]): Finding[] {
  const { placeholders, problem } = parsePlain(text);
  if (problem !== undefined) return [finding(path, problem)];
  return placeholders
    .filter(({ name }) => !Object.hasOwn(document.variables ?? {}, name))
    .map(({ name }) =>
      wrongWord(path, `{${name}} is not declared in variables`, name, Object.keys(document.variables ?? {})),
    );
}

/** What the value of a variable in a URL must never be able to do: end the host or the path segment it stands in. */
const escapes = ['a/b', 'a\\b', 'a@b', 'a#b', 'a?b', 'a b', 'a%2fb', 'a:b', '..'];
/** What no value may hold wherever it stands. */
const controls = ['a\nb', 'a\rb', 'a\u0000b', '\n'];

/** Names of the variables that stand in a URL, a path or a host. */
function variablesInUrls(document: IntegrationDocument): Set<string> {
  const { auth } = document;
  const calls = toolEntries(document).flatMap(callsOf);
  const texts = [
    document.base_url,
    auth.exchange?.url,
    auth.authorize_url,
    auth.token_url,
    auth.device_url,
    auth.revoke_url,
    ...(auth.hosts ?? []),
    ...calls.flatMap(({ request }) => [request.base_url, request.path]),
  ];
  return new Set(texts.flatMap((text) => parsePlain(text ?? '').placeholders.map(({ name }) => name)));
}

function checkVariablePatterns(document: IntegrationDocument): Finding[] {
  const inUrls = variablesInUrls(document);
  return Object.entries(document.variables ?? {}).flatMap(([name, variable]) => {
    const path = ['variables', name, 'pattern'];
    const problem = patternProblem(variable.pattern);
    if (problem !== undefined) return [finding(path, problem)];
    if (!variable.pattern.startsWith('^') || !variable.pattern.endsWith('$')) {
      return [finding(path, 'the pattern must cover the whole value: begin with ^ and end with $')];
    }
    const expression = new RegExp(variable.pattern, 'u');
    const leak = ['', ...(inUrls.has(name) ? escapes : controls)].find((text) => expression.test(text));
    if (leak === '') return [finding(path, 'the pattern accepts an empty value, which counts as none')];
    if (leak !== undefined && !inUrls.has(name)) return [finding(path, 'the pattern accepts control characters')];
    if (leak !== undefined)
      return [finding(path, `the pattern accepts ${JSON.stringify(leak)}, which would change the URL it stands in`)];
    return (['example', 'default'] as const)
      .filter((field) => variable[field] !== undefined && !expression.test(variable[field]))
      .map((field) => finding(['variables', name, field], 'does not match the pattern'));
  });
}
