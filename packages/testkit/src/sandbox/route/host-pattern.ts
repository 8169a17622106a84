import type { TenantVariable } from '@patchbay/contracts';

export type Variables = Readonly<Record<string, TenantVariable>>;

const defaultVariable = '[A-Za-z0-9-]{1,63}';
export const placeholder = /\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * A variable's pattern without its anchors, for use inside a larger one. The sandbox has of all hosts that a tenant could own
 * the one of the example and those below `.example`, or an integration with such a variable would be at every other's host.
 */
export function patternOfVariable(name: string, variables: Variables): string {
  const variable = variables[name];
  if (variable?.own_host === true)
    return `(?:${escapeRegExp(variable.example ?? '')}|${escapeRegExp(variable.default ?? '')}|(?:[a-z0-9-]+\\.)+example)`;
  const pattern = variables[name]?.pattern ?? defaultVariable;
  return `(?:${pattern.replace(/^\^/, '').replace(/\$$/, '')})`;
}

/** Turns text with `{variables}` into a pattern for the whole of it. */
function patternOfTemplate(template: string, variables: Variables): string {
  let pattern = '';
  let at = 0;
  for (const match of template.matchAll(placeholder)) {
    pattern += escapeRegExp(template.slice(at, match.index)) + patternOfVariable(match[1] as string, variables);
    at = match.index + match[0].length;
  }
  return pattern + escapeRegExp(template.slice(at));
}

/** Splits an absolute URL that may hold `{variables}`: URL itself would refuse or escape the braces. */
export function splitUrl(url: string): { protocol: string; host: string; path: string } {
  const match = /^(https?):\/\/([^/?#]+)([^?#]*)/.exec(url);
  if (match === null) throw new TypeError(`not an absolute http(s) URL: ${url}`);
  return { protocol: match[1] as string, host: (match[2] as string).toLowerCase(), path: match[3] as string };
}

/** Says whether a Host header's value, already in lower case, is the host of a document. */
export type HostTest = (host: string) => boolean;

/**
 * A host as a document names it: exact, with `{variables}`, or `*.example.com` for one or more labels before it.
 * Default ports may stand or be left out.
 */
export function hostTest(host: string, variables: Variables): HostTest {
  const lower = host.toLowerCase();
  if (!lower.includes('{') && !lower.startsWith('*.')) {
    const bare = withoutDefaultPort(lower);
    return (given) => withoutDefaultPort(given) === bare;
  }
  const wild = lower.startsWith('*.');
  const pattern = patternOfTemplate(wild ? lower.slice(2) : lower, variables);
  const whole = new RegExp(`^${wild ? '(?:[a-z0-9_-]+\\.)+' : ''}${pattern}$`, 'i');
  return (given) => whole.test(withoutDefaultPort(given));
}

function withoutDefaultPort(host: string): string {
  return host.endsWith(':443') ? host.slice(0, -4) : host.endsWith(':80') ? host.slice(0, -3) : host;
}
