import type { Report } from '../prepare/report.ts';
import type { BaseUrl } from './base-url.ts';
import { resolveHost, withoutDefaultPort } from './base-url.ts';
import { parseTemplate, staticText } from './template.ts';
import type { RequestContext, Template } from './value-source.ts';
import type { VariableRule } from './variables.ts';
import { variableLookup } from './variables.ts';

/** The hosts a credential may travel to. */
export interface HostList {
  /** As the document writes them, for display. */
  readonly declared: readonly string[];
  /** The hosts for this connection. */
  resolve(context: RequestContext): readonly string[];
}

/** Compiles `auth.hosts`, or the base URL's own host where the document gives none. */
export function compileHosts(
  declared: readonly string[] | undefined,
  base: BaseUrl,
  baseHostText: string,
  scheme: string,
  variables: ReadonlyMap<string, VariableRule>,
  report: Report,
): HostList {
  if (declared === undefined || declared.length === 0) {
    if (base.kind === 'static') return fixed([base.host]);
    return { declared: [baseHostText], resolve: (context) => [resolveHost(base.host, base.scheme, context)] };
  }
  const lookup = variableLookup(variables);
  const templates: Template[] = declared.map((host, index) =>
    parseTemplate(host, lookup, (message) => report(`auth.hosts[${index}]`, message)),
  );
  const texts = templates.map(staticText);
  if (texts.every((text) => text !== null)) return fixed(texts.map((text) => withoutDefaultPort(text, scheme)));
  return { declared, resolve: (context) => templates.map((template) => resolveHost(template, scheme, context)) };
}

function fixed(hosts: readonly string[]): HostList {
  return { declared: hosts, resolve: () => hosts };
}

/** Whether `host` (lower case, default port left out) is in the list; `*.example.com` stands for any name below it. */
export function hostIsListed(hosts: readonly string[], host: string): boolean {
  for (const entry of hosts) {
    if (entry === host) return true;
    if (entry.startsWith('*.') && host.length > entry.length - 1 && host.endsWith(entry.slice(1))) return true;
  }
  return false;
}
