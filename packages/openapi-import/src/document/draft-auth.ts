import type { IntegrationDocumentInput } from '@patchbay/contracts';
import { isCredentialName } from '../operation/credential-names.ts';
import { snakeName } from '../schema/plain-text.ts';
import type { ListedOperation } from '../spec/list-operations.ts';
import type { References } from '../spec/references.ts';
import type { ApiDescription, OAuthFlow, SecurityRequirement, SecurityScheme } from '../spec/types.ts';

type Auth = IntegrationDocumentInput['auth'];

/** One way in which the vendor lets a caller prove itself. */
export interface SecurityAlternative {
  /** Names of the vendor's schemes; several must be shown together. Empty: none is needed. */
  readonly schemes: readonly string[];
  /** In words, such as `OAuth 2.0 (authorizationCode)`. */
  readonly kind: string;
  /** Whether it became the document's `auth`. */
  readonly chosen: boolean;
  /** Why it cannot; `null` where it can. */
  readonly problem: string | null;
}

export interface DraftedAuth {
  readonly auth: Auth;
  readonly alternatives: readonly SecurityAlternative[];
  readonly notes: readonly string[];
}

interface Option {
  readonly schemes: readonly string[];
  readonly kind: string;
  readonly auth: Auth | null;
  readonly problem: string | null;
}

/**
 * How the chosen operations are called: of the vendor's alternatives the first that a document can express; the others are
 * named. An operation that accepts only another one is named, too.
 */
export function draftAuth(
  description: ApiDescription,
  operations: readonly ListedOperation[],
  references: References,
): DraftedAuth {
  const schemes = new Map<string, SecurityScheme>();
  for (const [name, raw] of Object.entries(description.components?.securitySchemes ?? {})) {
    const scheme = references.resolve<SecurityScheme>(raw);
    if (scheme !== undefined) schemes.set(name, scheme);
  }
  const notes: string[] = [];
  const required = operations.map((listed) => listed.operation.security ?? description.security);
  let requirements = required.flatMap((one) => one ?? []);
  if (requirements.length === 0 && schemes.size > 0 && required.every((one) => one === undefined)) {
    notes.push(
      'The description names ways to authenticate but does not say which operations need one; all are taken to.',
    );
    requirements = [...schemes.keys()].map((name) => ({ [name]: [] }));
  }
  const options = optionsOf(requirements, schemes);
  const expressible = options.filter(({ auth, schemes: names }) => auth !== null && names.length > 0);
  const chosen = expressible[0] ?? options.find(({ schemes: names }) => names.length === 0);
  const guessed = chosen === undefined && options.length === 0 ? keyAmong(operations) : undefined;
  if (guessed !== undefined)
    notes.push(
      `The description names no authentication, but its operations take ${guessed.name} in the ${guessed.in}: taken for the key.`,
    );
  else if (chosen === undefined) {
    notes.push(
      options.length === 0
        ? 'The description names no authentication. If the API needs a credential, write auth by hand.'
        : `None of its ways to authenticate can be expressed (${options.map(({ kind, problem }) => `${kind}: ${problem}`).join('; ')}). Write auth by hand.`,
    );
  } else notes.push(...strangers(operations, description, chosen));
  return {
    auth: withScopes(chosen?.auth ?? guessed ?? { type: 'none' }, requirements, chosen?.schemes ?? []),
    alternatives: options.map(({ schemes: names, kind, problem }) => ({
      schemes: names,
      kind,
      problem,
      chosen: chosen?.schemes === names,
    })),
    notes,
  };
}

/** A credential that most of the operations require as if it were an argument. */
function keyAmong(
  operations: readonly ListedOperation[],
): { type: 'api_key'; in: 'header' | 'query'; name: string } | undefined {
  const counts = new Map<string, number>();
  for (const { name = '', in: place = '', required } of operations.flatMap(({ parameters }) => parameters)) {
    const shown = (place === 'header' || place === 'query') && required === true && isCredentialName(name);
    if (!shown || /^authorization$/i.test(name)) continue;
    const count = (counts.get(`${place} ${name}`) ?? 0) + 1;
    counts.set(`${place} ${name}`, count);
    if (count * 2 >= operations.length) return { type: 'api_key', in: place, name };
  }
  return undefined;
}

function optionsOf(
  requirements: readonly SecurityRequirement[],
  schemes: ReadonlyMap<string, SecurityScheme>,
): Option[] {
  const options = new Map<string, Option>();
  for (const requirement of requirements) {
    const names = Object.keys(requirement);
    const key = [...names].sort().join(' + ');
    if (!options.has(key)) options.set(key, optionOf(names, schemes));
  }
  return [...options.values()];
}

function optionOf(names: readonly string[], schemes: ReadonlyMap<string, SecurityScheme>): Option {
  if (names.length === 0) return { schemes: names, kind: 'none', auth: { type: 'none' }, problem: null };
  const parts = names.map((name) => schemes.get(name));
  const kind = parts
    .map((part, index) => (part === undefined ? `${names[index]} (not described)` : kindOf(part)))
    .join(' + ');
  const found = parts.filter((part) => part !== undefined);
  if (found.length < parts.length) return { schemes: names, kind, auth: null, problem: 'it is not described' };
  const auth = found.length === 1 ? single(found[0] as SecurityScheme) : together(found);
  return typeof auth === 'string'
    ? { schemes: names, kind, auth: null, problem: auth }
    : { schemes: names, kind, auth, problem: null };
}

function kindOf({ type, scheme, in: place, name, flows, ...more }: SecurityScheme): string {
  if (more['x-amazon-apigateway-authtype']?.toLowerCase() === 'awssigv4') return 'AWS Signature Version 4';
  if (type === 'http') return `HTTP ${scheme ?? ''}`.trim();
  if (type === 'apiKey') return `API key in ${place} ${name}`;
  if (type === 'oauth2') return `OAuth 2.0 (${Object.keys(flows ?? {}).join(', ')})`;
  return type ?? 'unknown';
}

/** A scheme as a document's `auth`, or why it is none. */
function single(scheme: SecurityScheme): Auth | string {
  const kind = scheme.scheme?.toLowerCase();
  if (scheme.type === 'http' && kind === 'basic') return { type: 'basic' };
  if (scheme.type === 'http' && kind === 'bearer') return { type: 'bearer' };
  if (scheme.type === 'http') return `HTTP scheme '${scheme.scheme}' needs more than a fixed header`;
  if (scheme['x-amazon-apigateway-authtype']?.toLowerCase() === 'awssigv4') return { type: 'aws_sigv4' };
  if (scheme.type === 'apiKey') {
    const { name = '', in: place } = scheme;
    if (place === 'header' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(name)) return `'${name}' is no header's name`;
    if (place === 'query') return { type: 'api_key', in: 'query', name };
    if (place === 'header' && name.toLowerCase() === 'authorization')
      return { type: 'api_key', in: 'header', name: 'Authorization' };
    if (place === 'header') return { type: 'api_key', in: 'header', name };
    return place === 'cookie'
      ? { type: 'custom', headers: { Cookie: `${name}={api_key}` } }
      : `a key in '${place}' has no place`;
  }
  if (scheme.type === 'oauth2') return oauth(scheme.flows ?? {});
  if (scheme.type === 'openIdConnect') return { type: 'bearer' };
  return `'${scheme.type}' cannot be expressed`;
}

function oauth(flows: Readonly<Record<string, OAuthFlow | undefined>>): Auth | string {
  const { authorizationCode: code, clientCredentials: client, deviceAuthorization: device, implicit, password } = flows;
  const own = (url: string | undefined) => (url !== undefined && /^https:\/\/[^\s?#]+$/.test(url) ? url : undefined);
  const token = (flow: OAuthFlow) => own(flow.tokenUrl);
  if (code !== undefined) {
    const [authorize, exchange] = [own(code.authorizationUrl), token(code)];
    return {
      type: 'oauth2',
      ...(exchange !== undefined && {
        token_url: exchange,
        ...(authorize !== undefined && { authorize_url: authorize }),
      }),
    };
  }
  if (client !== undefined) {
    const exchange = token(client);
    return { type: 'oauth2', grant: 'client_credentials', ...(exchange !== undefined && { token_url: exchange }) };
  }
  if (device !== undefined) {
    const [start, exchange] = [own(device.deviceAuthorizationUrl), token(device)];
    return {
      type: 'oauth2',
      grant: 'device_code',
      ...(start !== undefined && exchange !== undefined && { device_url: start, token_url: exchange }),
    };
  }
  // Both flows end with a token that is shown as a bearer; neither is one that a server should go through.
  return implicit !== undefined || password !== undefined ? { type: 'bearer' } : 'it names no flow';
}

/** Several schemes that are shown together, each from a field of one credential. */
function together(schemes: readonly SecurityScheme[]): Auth | string {
  const headers: Record<string, string> = {};
  const query: Record<string, string> = {};
  for (const scheme of schemes) {
    const field = snakeName(scheme.name ?? 'token', 30);
    if (scheme.type === 'apiKey' && scheme.in === 'header') headers[scheme.name ?? ''] = `{${field}}`;
    else if (scheme.type === 'apiKey' && scheme.in === 'query') query[scheme.name ?? ''] = `{${field}}`;
    else if (scheme.type === 'oauth2' || scheme.type === 'openIdConnect' || scheme.scheme?.toLowerCase() === 'bearer')
      headers['Authorization'] = 'Bearer {token}';
    else if (scheme.scheme?.toLowerCase() === 'basic') headers['Authorization'] = 'Basic {basic}';
    else return `${kindOf(scheme)} cannot be shown beside another`;
  }
  return {
    type: 'custom',
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(query).length > 0 && { query }),
  };
}

/** The scopes that the chosen operations name, where tokens can be asked for. */
function withScopes(auth: Auth, requirements: readonly SecurityRequirement[], schemes: readonly string[]): Auth {
  if (auth.type !== 'oauth2' || auth.token_url === undefined) return auth;
  const scopes = [...new Set(requirements.flatMap((one) => schemes.flatMap((name) => one[name] ?? [])))];
  return scopes.length === 0 ? auth : { ...auth, scopes };
}

/** Operations that accept other ways alone. */
function strangers(operations: readonly ListedOperation[], description: ApiDescription, chosen: Option): string[] {
  const key = [...chosen.schemes].sort().join(' + ');
  return operations
    .filter(({ operation }) => {
      const own = operation.security ?? description.security ?? [];
      return (
        own.length > 0 &&
        !own.some((one) => Object.keys(one).length === 0 || Object.keys(one).sort().join(' + ') === key)
      );
    })
    .map(({ id }) => `${id} does not list ${chosen.kind} among its ways to authenticate.`);
}
