import type { Auth, Credential } from '@patchbay/contracts';
import { isHeaderValue } from '@patchbay/egress/header-rules';
import type { Report } from '../prepare/report.ts';
import { headerNameProblem } from '../request/headers.ts';
import { checkAwsKeys } from './aws-signature.ts';
import type { BodyPiece } from './credential-body.ts';
import { bearerTokenOf } from './credential-fields.ts';
import { credentialTemplates } from './credential-templates.ts';
import { needField, unfit } from './unfit-credential.ts';

/** What is added to a request to authorise it. */
export interface Authorisation {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Percent-encoded `name=value` pairs joined by `&`; empty for none. */
  readonly query: string;
  /** What goes into the body. */
  readonly body?: readonly BodyPiece[];
  /** What takes the place of a marker in the URL, percent-encoded. */
  readonly path?: { readonly marker: string; readonly value: string };
}

/** What stands in `base_url` for an API key that goes into the path; `null` where none does. */
export function pathMarkerOf(auth: Auth): string | null {
  return auth.type === 'api_key' && auth.in === 'path' ? (auth.name ?? 'api_key') : null;
}

/** Shows a credential as the document says. Throws `credential_expired` for a credential that does not fit. */
export type AuthPlan = (credential: Credential) => Authorisation;

/** Compiles `auth`. Applied last, to the finished request, and only where its host is listed. */
export function compileAuth(auth: Auth, report: Report): AuthPlan | null {
  switch (auth.type) {
    case 'none':
      return null;
    case 'oauth2':
    case 'bearer':
      return compileToken(auth, report);
    case 'basic':
      return (credential) => {
        if (credential.type !== 'basic') throw unfit('username');
        return inHeader(
          'authorization',
          `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`,
        );
      };
    case 'api_key':
      return compileApiKey(auth, report);
    case 'custom':
      return compileCustom(auth, report);
    case 'aws_sigv4':
      // What is shown is a signature over the whole request: made last, by its signer.
      return (credential) => {
        checkAwsKeys(credential);
        return { headers: [], query: '' };
      };
  }
}

function compileApiKey(auth: Auth, report: Report): AuthPlan {
  const prefix = auth.prefix ?? '';
  const keyOf = (credential: Credential): string =>
    prefix + needField(credential.type === 'api_key' ? credential.api_key : null, 'api_key');
  const marker = pathMarkerOf(auth);
  if (marker !== null) {
    return (credential) => {
      // A colon is plain in a path (RFC 3986 section 3.3), and some keys are known by it.
      const value = encodeURIComponent(keyOf(credential).toWellFormed()).replaceAll('%3A', ':');
      if (/^\.{1,2}$/.test(value)) throw unfit('api_key', 'would leave its place in the path');
      return { headers: [], query: '', path: { marker: `{${marker}}`, value } };
    };
  }
  if (auth.in === 'query') {
    const name = encodeURIComponent(auth.name ?? 'api_key');
    return (credential) => ({ headers: [], query: `${name}=${encodeURIComponent(keyOf(credential).toWellFormed())}` });
  }
  const name = auth.name ?? 'X-API-Key';
  const problem = headerNameProblem(name, true);
  if (problem !== null) report('auth.name', problem);
  return (credential) => inHeader(name.toLowerCase(), keyOf(credential));
}

/** A token in its header; with OAuth also what its templates say. */
function compileToken(auth: Auth, report: Report): AuthPlan {
  const scheme = auth.scheme ?? 'Bearer';
  const prefix = scheme === 'none' ? '' : scheme.endsWith('=') ? scheme : `${scheme} `;
  const name = auth.header ?? 'Authorization';
  const problem = headerNameProblem(name, true);
  if (problem !== null) report('auth.header', problem);
  const token = (credential: Credential) =>
    inHeader(name.toLowerCase(), prefix + needField(bearerTokenOf(credential), 'token'));
  if (auth.headers === undefined && auth.query === undefined) return token;
  const further = compileTemplates(auth, report);
  return (credential) => {
    const [own, more] = [token(credential), further(credential)];
    return { headers: [...own.headers, ...more.headers], query: more.query };
  };
}

function compileCustom(auth: Auth, report: Report): AuthPlan {
  const count = [auth.headers, auth.query, auth.body].flatMap((part) => Object.keys(part ?? {})).length;
  if (count === 0) report('auth', 'of type custom needs headers, query or body');
  return compileTemplates(auth, report);
}

function compileTemplates(auth: Auth, report: Report): AuthPlan {
  const headers = credentialTemplates(auth.headers, 'auth.headers', report);
  const query = credentialTemplates(auth.query, 'auth.query', report);
  const body = credentialTemplates(auth.body, 'auth.body', report);
  for (const name of headers.names) {
    const problem = headerNameProblem(name, true);
    if (problem !== null) report(`auth.headers.${name}`, problem);
  }
  return (credential) => ({
    headers: headers(credential).map(([name, value]) => header(name.toLowerCase(), value)),
    query: query(credential)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`)
      .join('&'),
    ...(body.names.length > 0 && {
      body: body(credential).map(([name, value]) => [name.split('.'), value] as const),
    }),
  });
}

function inHeader(name: string, value: string): Authorisation {
  return { headers: [header(name, value)], query: '' };
}

function header(name: string, value: string): readonly [string, string] {
  if (!isHeaderValue(value)) throw unfit(name, 'holds characters that a header cannot carry');
  return [name, value];
}
