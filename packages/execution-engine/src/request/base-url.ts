import type { Report } from '../prepare/report.ts';
import { encodeSegment } from './encode-segment.ts';
import { refuseDotSegments } from './path.ts';
import { parseTemplate, staticText } from './template.ts';
import type { RequestContext, Template, ValueSource } from './value-source.ts';
import { resolveSource } from './value-source.ts';
import type { VariableRule } from './variables.ts';
import { malformedVariable, variableLookup } from './variables.ts';

/** A base URL, settled when nothing in it varies between tenants. */
export type BaseUrl =
  | { readonly kind: 'static'; readonly prefix: string; readonly host: string }
  | { readonly kind: 'template'; readonly scheme: string; readonly host: Template; readonly path: Template };

const shape = /^(https?):\/\/([^/?#\s]+)(\/[^?#\s]*)?$/;
const hostValue = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const hostAndPort = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?::\d{1,5})?$/;

/**
 * Compiles a base URL such as `https://{subdomain}.zendesk.com/api/v2`. Only declared variables may stand in it, and
 * once in its path, under the name `credential`, a key that is put there last.
 */
export function compileBaseUrl(
  text: string,
  variables: ReadonlyMap<string, VariableRule>,
  report: Report,
  at: string,
  credential: string | null = null,
): BaseUrl | null {
  const match = shape.exec(text);
  if (match === null) {
    report(at, 'must be an absolute http(s) URL without query');
    return null;
  }
  const [, scheme, authority, rawPath = ''] = match as unknown as [string, string, string, string | undefined];
  if (authority.includes('@')) {
    report(at, 'must not carry a user name or password');
    return null;
  }
  const lookup = variableLookup(variables);
  const host = parseTemplate(authority, lookup, (message) => report(at, message));
  const inPath = (name: string): ValueSource | null =>
    name === credential ? { kind: 'credential', marker: `{${name}}` } : lookup(name);
  const path = parseTemplate(rawPath.replace(/\/+$/, ''), inPath, (message) => report(at, message));
  if (credential !== null && text.split(`{${credential}}`).length !== 2)
    report(at, `must hold {${credential}} once, in its path, where the key goes`);
  const staticHost = staticText(host);
  const staticPath = staticText(path);
  if (staticHost === null || staticPath === null) return { kind: 'template', scheme, host, path };

  const parsed = URL.parse(`${scheme}://${staticHost}${staticPath}`);
  // A parser that would rewrite the URL means that what is checked and what is dialled could differ.
  if (
    parsed === null ||
    parsed.host !== withoutDefaultPort(staticHost, scheme) ||
    parsed.pathname !== (staticPath === '' ? '/' : staticPath)
  ) {
    report(at, 'is not a URL in its normal form');
    return null;
  }
  return { kind: 'static', prefix: `${parsed.protocol}//${parsed.host}${staticPath}`, host: parsed.host };
}

/** The text before the path, and the host it leads to. Throws as `readVariable` does. */
export function resolveBaseUrl(base: BaseUrl, context: RequestContext): { prefix: string; host: string } {
  if (base.kind === 'static') return base;
  const host = resolveHost(base.host, base.scheme, context);
  let path = '';
  for (const part of base.path) {
    if (typeof part === 'string') path += part;
    else if (part.source.kind === 'credential') path += part.source.marker;
    else path += encodeSegment(resolveSource(part.source, context) as string, 'base_url');
  }
  refuseDotSegments(path, 'base_url');
  return { prefix: `${base.scheme}://${host}${path}`, host };
}

/** A host with its variables filled in. A value can never end the host, whatever its pattern lets through. */
export function resolveHost(template: Template, scheme: string, context: RequestContext): string {
  let host = '';
  for (const part of template) {
    if (typeof part === 'string') {
      host += part;
      continue;
    }
    const value = resolveSource(part.source, context) as string;
    const allowed = template.length === 1 ? hostAndPort : hostValue;
    if (!allowed.test(value) || value.includes('..')) {
      throw malformedVariable(part.source.kind === 'connection' ? part.source.rule.name : 'host');
    }
    host += value;
  }
  return withoutDefaultPort(host, scheme);
}

/** Lower case, and without `:443` for https or `:80` for http. */
export function withoutDefaultPort(host: string, scheme: string): string {
  const suffix = scheme === 'https' ? ':443' : ':80';
  const lower = host.toLowerCase();
  return lower.endsWith(suffix) ? lower.slice(0, -suffix.length) : lower;
}
