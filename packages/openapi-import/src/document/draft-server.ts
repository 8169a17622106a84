import type { IntegrationDocumentInput } from '@patchbay/contracts';
import { importError } from '../import-error.ts';
import { plainText, snakeName } from '../schema/plain-text.ts';
import type { Server } from '../spec/types.ts';

export type Variables = Record<string, NonNullable<IntegrationDocumentInput['variables']>[string]>;

export interface DraftedServer {
  readonly baseUrl: string;
  readonly variables: Variables;
  readonly notes: readonly string[];
}

/** A host's last two labels must be fixed: a variable there would let a connection send its credential anywhere. */
const fixedEnd = /\.[a-z0-9-]+\.[a-z]{2,}(?::\d+)?$/i;

/**
 * The base URL of an API. A variable in the host becomes a connection variable with a pattern; one in the path that has a
 * default is filled in. `from` is where the description came from: relative URLs begin there.
 * @throws importError `no_server`, `free_host`
 */
export function draftServer(
  servers: readonly Server[] | undefined,
  from: string | undefined,
  override?: string,
): DraftedServer {
  if (override !== undefined) return drafted({ url: override }, [], override);
  const usable = (servers ?? []).filter(({ url }) => typeof url === 'string' && url.trim() !== '');
  const resolved = usable
    .map((server) => ({ server, url: absolute(server, from) }))
    .filter(({ url }) => url !== undefined);
  const best = resolved.find(({ url }) => url?.startsWith('https:')) ?? resolved[0];
  if (best?.url === undefined)
    throw importError(
      'no_server',
      'The description names no server with a whole address. Give one with --base-url https://api.example.com.',
    );
  const others = usable.filter((server) => server !== best.server).map(({ url }) => url);
  const notes =
    others.length === 0
      ? []
      : [`Of its servers the first was taken; there are also: ${others.slice(0, 5).join(', ')}.`];
  return drafted(best.server, notes, best.url);
}

function absolute({ url = '' }: Server, from: string | undefined): string | undefined {
  const text = url.trim();
  if (/^https?:\/\//i.test(text)) return text;
  if (text.startsWith('//')) return `https:${text}`;
  // `{scheme}://…` and `{protocol}://…`
  if (/^\{[^}]*\}:\/\//.test(text)) return text.replace(/^\{[^}]*\}/, 'https');
  if (from === undefined || !/^https?:/.test(from)) return undefined;
  const origin = new URL(from);
  return text.startsWith('/') ? `${origin.origin}${text}` : new URL(text, from).href;
}

function drafted(server: Server, before: readonly string[], absoluteUrl: string): DraftedServer {
  const notes = [...before];
  let url = (absoluteUrl.split(/[?#]/)[0] as string).replace(/\/+$/, '');
  if (url.startsWith('http:') && !/^http:\/\/(?:localhost|127\.)/.test(url)) {
    url = url.replace(/^http:/, 'https:');
    notes.push('The description says http; https was written.');
  }
  const variables: Variables = {};
  const hostEnd = url.indexOf('/', 'https://'.length);
  const host = hostEnd === -1 ? url.slice('https://'.length) : url.slice('https://'.length, hostEnd);
  const path = hostEnd === -1 ? '' : url.slice(hostEnd);
  const filled = host.replace(/\{([^{}]*)\}/g, (_all, name: string) => inHost(name, host, server, variables, notes));
  const named = examplesOwnName(filled, variables, notes);
  if (named.includes('{') && !fixedEnd.test(`.${named}`.slice(named.lastIndexOf('}') + 2)))
    throw freeHost(absoluteUrl, server);
  const rest = path.replace(/\{([^{}]*)\}/g, (_all, name: string) => inPath(name, server, variables, notes));
  return { baseUrl: `${url.slice(0, url.indexOf('://'))}://${named}${rest}`.replace(/\/+$/, ''), variables, notes };
}

function freeHost(url: string, { variables = {} }: Server): Error {
  const plain = url.replace(/\{([^{}]*)\}/g, (all, name: string) => String(variables[name]?.default ?? all));
  const hint = plain.includes('{') ? 'https://{subdomain}.example.com' : plain;
  return importError(
    'free_host',
    `The server ${url} lets a connection choose the whole host, and so send its credential anywhere. Give one whose host ends in a fixed name with --base-url, such as ${hint}.`,
  );
}

function inHost(name: string, host: string, server: Server, variables: Variables, notes: string[]): string {
  const { default: preset, enum: values, description } = server.variables?.[name] ?? {};
  const given = preset === undefined ? undefined : String(preset);
  // Values with dots are whole hosts, of which the vendor has a few.
  if (
    values !== undefined &&
    values.length > 0 &&
    (values.length === 1 || values.some((value) => /[.:]/.test(value)) || host.includes(`:{${name}}`))
  ) {
    notes.push(`{${name}} of the server was filled in with ${given ?? values[0]}.`);
    return given ?? String(values[0]);
  }
  if (host.includes(`:{${name}}`)) return given ?? '443';
  const own = snakeName(name);
  const allowed = (values ?? []).filter((value) => /^[A-Za-z0-9-]{1,63}$/.test(value));
  const pattern = allowed.length > 0 && allowed.length <= 20 ? `^(?:${allowed.join('|')})$` : '^[A-Za-z0-9-]{1,63}$';
  const fits = (text: string | undefined): text is string => text !== undefined && new RegExp(pattern, 'u').test(text);
  variables[own] = {
    description: plainText(description) || `What stands for {${name}} in ${host}.`,
    pattern,
    example: fits(given) ? given : (allowed[0] ?? 'example'),
    ...(allowed.length > 0 && fits(given) && { default: given }),
  };
  return `{${own}}`;
}

function inPath(name: string, server: Server, variables: Variables, notes: string[]): string {
  const { default: preset, description } = server.variables?.[name] ?? {};
  if (preset !== undefined && String(preset) !== '') {
    notes.push(`{${name}} of the server was filled in with ${preset}.`);
    return String(preset);
  }
  const own = snakeName(name);
  variables[own] = {
    description: plainText(description) || `What stands for {${name}} in the address.`,
    pattern: '^[A-Za-z0-9_-]{1,64}$',
    example: 'example',
  };
  return `{${own}}`;
}

/** `your-domain.atlassian.net`, `mycompany.example.com`: a name that only stands for one. */
function examplesOwnName(host: string, variables: Variables, notes: string[]): string {
  const [label = '', ...rest] = host.split('.');
  if (
    rest.length < 2 ||
    !/^(?:your|my)[-_]?[a-z-]+$|^(?:subdomain|yourdomain|domain|tenant|company|instance)$/i.test(label)
  )
    return host;
  const name = /domain/i.test(label) ? 'subdomain' : snakeName(label.replace(/^(?:your|my)[-_]?/i, '')) || 'subdomain';
  variables[name] = { description: `The part before .${rest.join('.')}.`, example: 'example' };
  notes.push(`'${label}' stands for a name of the customer's own: the variable ${name}.`);
  return [`{${name}}`, ...rest].join('.');
}
