import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

export interface TokenIssuer {
  /** `iss`, and where it is asked: on the loopback. */
  readonly url: string;
  readonly origin: string;
  /** Requests by path so far. */
  readonly asked: Record<string, number>;
  /** An access token as the provider itself issues it, by client credentials for a resource. */
  token(client: string, audience: string): Promise<string>;
  /** A token signed with a key of the provider, saying whatever the test says. */
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** Signs with another key from now on; the provider publishes that one alone. */
  rotate(): Promise<void>;
  /** Whether it answers. */
  up: boolean;
  close(): Promise<void>;
}

/**
 * A certified OpenID provider on the loopback. Each client id is its service's role: tokens of client `agents` say `role: agents`.
 */
export async function startTokenIssuer(clients: readonly string[]): Promise<TokenIssuer> {
  const asked: Record<string, number> = {};
  let [handle, key, number] = [null as ReturnType<Provider['callback']> | null, await newKey(1), 1];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked[path] = (asked[path] ?? 0) + 1;
    if (!state.up || handle === null) return void response.writeHead(503).end();
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function start(jwk: JWK): void {
    const provider = new Provider(url, {
      jwks: { keys: [jwk] },
      clients: clients.map((id) => ({
        client_id: id,
        client_secret: 'client_secret_canary_8ac2',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_post' as const,
      })),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: async (_context, resource) => ({
            scope: 'patchbay',
            audience: resource,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      extraTokenClaims: async (_context, token) => ({
        role: token.clientId,
        sub: `service-${token.clientId}`,
        desk: `${token.clientId}-desk`,
      }),
      cookies: { keys: ['test'] },
    });
    handle = provider.callback();
  }
  start(key.jwk);

  const state: TokenIssuer = {
    url,
    origin: url,
    asked,
    up: true,
    async token(client, audience) {
      const answer = await fetch(`${url}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: client,
          client_secret: 'client_secret_canary_8ac2',
          resource: audience,
          scope: 'patchbay',
        }),
      });
      const { access_token } = (await answer.json()) as { access_token?: string };
      if (access_token === undefined) throw new Error(`no token: ${answer.status}`);
      return access_token;
    },
    sign: (claims, header = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: key.jwk.kid as string, typ: 'at+jwt', ...header })
        .sign(key.privateKey),
    async rotate() {
      number += 1;
      key = await newKey(number);
      start(key.jwk);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}

async function newKey(number: number) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: `key-${number}`, use: 'sig', alg: 'RS256' };
  return { privateKey, jwk };
}
