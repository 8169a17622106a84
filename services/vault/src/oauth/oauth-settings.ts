import { type Auth, type IntegrationDocument, PatchbayError } from '@patchbay/contracts';

/** An integration's OAuth as one connection uses it, with the connection's variables in its endpoints, scopes and parameters. */
export interface OAuthSettings {
  readonly integration: string;
  /** Of the document: whose client is used. `_platform` or a tenant. */
  readonly scope: string;
  readonly auth: Auth;
  readonly tokenUrl: string;
  readonly authorizeUrl: string | null;
  readonly deviceUrl: string | null;
  readonly revokeUrl: string | null;
}

/**
 * @throws PatchbayError `invalid_request` when the document is not of type oauth2, has no token endpoint, or a variable of an
 *   endpoint is missing or does not match its pattern.
 */
export function oauthSettings(
  document: Pick<IntegrationDocument, 'id' | 'auth' | 'variables'>,
  scope: string,
  variables: Readonly<Record<string, string>>,
): OAuthSettings {
  const { auth, id } = document;
  if (auth.type !== 'oauth2') throw invalid('integration', `'${id}' does not use OAuth`);
  const fill = (text: string) => withVariables(text, document.variables ?? {}, variables);
  const filled = (texts: Readonly<Record<string, string>> | undefined) =>
    texts && Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]));
  const optional = (url: string | undefined) => (url === undefined ? null : fill(url));
  if (auth.token_url === undefined) throw invalid('integration', `'${id}' names no token_url`);
  return {
    integration: id,
    scope,
    auth: {
      ...auth,
      scopes: auth.scopes?.map(fill),
      authorize_params: filled(auth.authorize_params),
      token_params: filled(auth.token_params),
    },
    tokenUrl: fill(auth.token_url),
    authorizeUrl: optional(auth.authorize_url),
    deviceUrl: optional(auth.device_url),
    revokeUrl: optional(auth.revoke_url),
  };
}

/** Text with its `{name}`s replaced. A value that its pattern does not hold could change the host. */
export function withVariables(
  text: string,
  known: NonNullable<IntegrationDocument['variables']>,
  values: Readonly<Record<string, string>>,
): string {
  return text.replace(/\{([a-z][a-z0-9_]*)\}/g, (_, name: string) => {
    const variable = Object.hasOwn(known, name) ? known[name] : undefined;
    if (variable === undefined) throw invalid(`variables.${name}`, 'not one of the integration');
    const value = Object.hasOwn(values, name) ? values[name] : variable.default;
    if (value === undefined) throw invalid(`variables.${name}`, 'missing');
    if (!new RegExp(`^(?:${variable.pattern})$`, 'u').test(value))
      throw invalid(`variables.${name}`, `must match ${variable.pattern}`);
    return value;
  });
}

function invalid(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `OAuth is not possible: ${path}: ${message}.`,
    details: { issues: [{ path, message }] },
  });
}
