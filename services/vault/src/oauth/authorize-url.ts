import type { OAuthClient } from '@patchbay/contracts';
import { calculatePKCECodeChallenge } from 'oauth4webapi';
import type { OAuthSettings } from './oauth-settings.ts';

/** The page at the vendor where a user agrees (RFC 6749 section 4.1.1, RFC 7636). */
export async function authorizeUrl(
  { auth, authorizeUrl: page }: OAuthSettings,
  client: Pick<OAuthClient, 'client_id'>,
  { redirectUri, state, verifier }: { readonly redirectUri: string; readonly state: string; readonly verifier: string },
): Promise<string> {
  const url = new URL(page ?? '');
  const parameters: Record<string, string> = {
    ...auth.authorize_params,
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    state,
    ...(auth.scopes !== undefined && { scope: auth.scopes.join(auth.scope_separator ?? ' ') }),
    ...(auth.pkce !== 'none' && {
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
