import type { IntegrationDocument } from '@patchbay/contracts';
import { jwtAssertion, requestToken, type TokenAnswer, type TokenPorts, type TokenRequest } from './request-token.ts';

/** Gets a token by a grant that needs nobody: `client_credentials` or `jwt_bearer`. Errors as of `requestToken`. */
export async function grantAgain(
  ports: TokenPorts,
  request: Omit<TokenRequest, 'grant' | 'parameters'>,
  document: Pick<IntegrationDocument, 'variables'>,
  variables: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const { settings, client } = request;
  const { auth } = settings;
  if (auth.grant === 'jwt_bearer') {
    const known = document.variables ?? {};
    const assertion = await jwtAssertion(settings, client, known, variables, ports.now());
    return requestToken(ports, { ...request, grant: 'jwt_bearer', parameters: { assertion, ...scopeOf(request) } });
  }
  return requestToken(ports, { ...request, grant: 'client_credentials', parameters: scopeOf(request) });
}

function scopeOf({ settings: { auth } }: Pick<TokenRequest, 'settings'>): Record<string, string> {
  return auth.scopes === undefined ? {} : { scope: auth.scopes.join(auth.scope_separator ?? ' ') };
}
