import type { Auth, Credential, TokenExchange } from '@patchbay/contracts';
import { PatchbayError } from '@patchbay/contracts';
import { isHeaderValue } from '@patchbay/egress/header-rules';
import type { DataPath } from '../paths/data-path.ts';
import { parseDataPath } from '../paths/data-path.ts';
import type { Report } from '../prepare/report.ts';
import type { BaseUrl } from '../request/base-url.ts';
import { compileBaseUrl, resolveBaseUrl } from '../request/base-url.ts';
import { headerNameProblem } from '../request/headers.ts';
import type { HostList } from '../request/hosts.ts';
import { hostIsListed } from '../request/hosts.ts';
import { parseTemplate } from '../request/template.ts';
import type { RequestContext, Template } from '../request/value-source.ts';
import { renderTemplate } from '../request/value-source.ts';
import type { VariableRule } from '../request/variables.ts';
import { variableLookup } from '../request/variables.ts';
import { credentialFields } from './credential-fields.ts';

export interface ExchangeRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly hosts: readonly string[];
}

/** How a stored credential becomes a short-lived token. */
export interface ExchangePlan {
  /** Throws `credential_expired` for a credential that does not fit, `egress_denied` where the host is not listed. */
  build(credential: Credential, context: RequestContext): ExchangeRequest;
  readonly token: DataPath;
  readonly expiresIn: DataPath;
  readonly lifetimeMs: number;
  /** What is shown in place of the stored credential. */
  shown(credential: Credential, token: string): Credential;
}

export function compileExchange(
  auth: Auth,
  hosts: HostList | null,
  variables: ReadonlyMap<string, VariableRule>,
  report: Report,
): ExchangePlan | null {
  const { exchange } = auth;
  if (exchange === undefined) return null;
  const at = 'auth.exchange';
  if (auth.type === 'none' || auth.type === 'basic' || auth.type === 'aws_sigv4')
    report(at, `gives a token, which auth type ${auth.type} cannot show; use bearer, api_key or custom`);
  const base = compileBaseUrl(exchange.url, variables, report, `${at}.url`);
  const headers = templates(exchange.headers, variables, report, `${at}.headers`);
  for (const [name] of headers) {
    const problem = headerNameProblem(name, true);
    if (problem !== null) report(`${at}.headers.${name}`, problem);
  }
  const fields = templates(exchange.fields, variables, report, `${at}.fields`);
  const hasBody = exchange.method === 'POST' && exchange.body !== 'none';
  if (fields.length > 0 && !hasBody) report(`${at}.fields`, 'need a POST with a body');
  const paths = (['token', 'expires_in'] as const).map((key) => {
    const path = parseDataPath(exchange[key]);
    if (typeof path === 'string') report(`${at}.${key}`, path);
    return typeof path === 'string' ? [] : path;
  });
  if (base?.kind === 'static' && hosts !== null && hosts.declared.every((host) => !host.includes('{')))
    if (!hostIsListed(hosts.declared, base.host)) report(`${at}.url`, 'has a host that is not among auth.hosts');
  if (base === null || hosts === null) return null;
  return {
    token: paths[0] as DataPath,
    expiresIn: paths[1] as DataPath,
    lifetimeMs: exchange.lifetime_s * 1_000,
    shown: (credential, token) => shownAs(auth.type, credential, token),
    build: (credential, context) => build(exchange, base, hosts, headers, hasBody ? fields : null, credential, context),
  };
}

type Templates = readonly (readonly [name: string, template: Template])[];

/** A declared name is the connection's variable, any other a field of the credential. */
function templates(
  entries: Record<string, string> | undefined,
  variables: ReadonlyMap<string, VariableRule>,
  report: Report,
  at: string,
): Templates {
  const variable = variableLookup(variables);
  return Object.entries(entries ?? {}).map(([name, text]) => {
    const template = parseTemplate(
      text,
      (field) =>
        variable(field) ??
        (/^[a-z_][a-z0-9_]*$/i.test(field)
          ? { kind: 'argument', name: field, fallback: undefined, nullable: false }
          : null),
      (message) => report(`${at}.${name}`, message),
    );
    return [name, template] as const;
  });
}

function build(
  exchange: TokenExchange,
  base: BaseUrl,
  hosts: HostList,
  headerTemplates: Templates,
  fields: Templates | null,
  credential: Credential,
  context: RequestContext,
): ExchangeRequest {
  const listed = hosts.resolve(context);
  const { prefix, host } = resolveBaseUrl(base, context);
  if (!hostIsListed(listed, host))
    throw new PatchbayError('egress_denied', {
      message: "The token exchange leads to a host that is not among the integration's hosts.",
      details: { reason: 'exchange' },
    });
  const own: RequestContext = {
    ...context,
    arguments: { __proto__: null, ...credentialFields(credential) },
    steps: {},
  };
  const fill = ([name, template]: Templates[number]): readonly [string, string] => {
    const text = renderTemplate(template, own);
    if (text === undefined) throw unfit(name);
    return [name, text];
  };
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'patchbay' };
  for (const [name, value] of headerTemplates.map(fill)) headers[name.toLowerCase()] = value;
  if (exchange.auth !== 'none') headers.authorization = authorization(exchange.auth, credential);
  for (const [name, value] of Object.entries(headers)) if (!isHeaderValue(value)) throw unfit(name);
  if (fields === null) return { url: prefix, method: exchange.method, headers, body: null, hosts: listed };
  const pairs = fields.map(fill);
  const isJson = exchange.body === 'json';
  headers['content-type'] = isJson ? 'application/json' : 'application/x-www-form-urlencoded';
  const body = isJson
    ? JSON.stringify(Object.fromEntries(pairs))
    : new URLSearchParams(pairs.map(([k, v]) => [k, v])).toString();
  return { url: prefix, method: exchange.method, headers, body, hosts: listed };
}

function authorization(kind: 'basic' | 'bearer', credential: Credential): string {
  const fields = credentialFields(credential);
  if (kind === 'bearer') return `Bearer ${fields.token ?? fields.api_key ?? missing('token')}`;
  const user = fields.username ?? fields.client_id ?? fields.api_key ?? missing('username');
  const password = fields.password ?? fields.client_secret ?? '';
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function shownAs(type: Auth['type'], credential: Credential, token: string): Credential {
  if (type === 'api_key') return { type: 'api_key', api_key: token };
  if (type === 'custom') return { type: 'custom', fields: { ...credentialFields(credential), token } };
  return { type: 'bearer', token };
}

function missing(name: string): never {
  throw unfit(name);
}

function unfit(name: string): PatchbayError {
  return new PatchbayError('credential_expired', {
    message: `The connection's credential does not fit the token exchange: '${name}' is missing from it or cannot be sent.`,
    details: { reason: 'credential_unfit' },
  });
}
