import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Adapter, type AdapterPayload, type JWK, Provider } from 'oidc-provider';

export const clientId = 'patchbay-app';
/** Could be an error code by its letters. */
export const clientSecret = 'client_secret_canary_5be1d0c7';
/** Another app, known by its key. */
export const keyClientId = 'patchbay-key-app';

export interface AuthorizationServer {
  /** To be dialled instead of `https://auth.example.com`. */
  readonly url: string;
  /** Requests for tokens so far, by grant. */
  readonly asked: Record<string, number>;
  /** Bodies of those that were seen to revoke. */
  readonly revoked: string[];
  /** Every access and refresh token that was ever issued, every device code, and what was shown to get them. */
  readonly issued: Set<string>;
  /**
   * What goes wrong from now on with requests for tokens. `lost`: carried out, and answered with 502. `echo`: refused with all
   * that was sent; `echo_500`: the same without a verdict; `echo_as_code`: with the client's secret in the error's place.
   */
  trouble: 'none' | 'slow' | 'lost' | 'down' | 'echo' | 'echo_500' | 'echo_as_code';
  /** Milliseconds in which a refresh token that was used once may be used again. */
  leewayMs: number;
  /** Forgets every refresh token, as when a user takes an app's access back. */
  revokeAll(): void;
  close(): Promise<void>;
}

/**
 * A certified authorization server (oidc-provider) that issues a new refresh token with each refresh and takes the grant back
 * when an old one is used. Its user agrees to everything.
 */
export async function startAuthorizationServer(
  redirectUri: string,
  accessTokenSeconds: number,
  publicJwk?: JWK,
): Promise<AuthorizationServer> {
  const rows = new Map<string, AdapterPayload>();
  const state: { -readonly [Key in keyof AuthorizationServer]: AuthorizationServer[Key] } = {
    url: '',
    asked: {},
    revoked: [],
    issued: new Set(),
    trouble: 'none',
    leewayMs: 0,
    revokeAll() {
      for (const key of rows.keys()) if (key.startsWith('RefreshToken:')) rows.delete(key);
    },
    close: async () => {},
  };
  const provider = new Provider('https://auth.example.com', {
    adapter: adapterOf(rows, state.issued, () => state.leewayMs),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: [
          'authorization_code',
          'refresh_token',
          'client_credentials',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        token_endpoint_auth_method: 'client_secret_post',
      },
      ...(publicJwk === undefined
        ? []
        : [
            {
              client_id: keyClientId,
              redirect_uris: [],
              response_types: [],
              grant_types: ['client_credentials'],
              token_endpoint_auth_method: 'private_key_jwt' as const,
              jwks: { keys: [publicJwk] },
            },
          ]),
    ],
    scopes: ['offline_access', 'messages'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    ttl: { AccessToken: accessTokenSeconds, ClientCredentials: accessTokenSeconds, RefreshToken: 3_600, Grant: 3_600 },
    cookies: { keys: ['test'] },
    findAccount: async (_context, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    interactions: { url: (_context, interaction) => `/agree/${interaction.uid}` },
  });
  provider.proxy = true;
  const handle = provider.callback();

  async function agree(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login')
      return provider.interactionFinished(request, response, { login: { accountId: 'user' } });
    const grant = new provider.Grant({ accountId: 'user', clientId: params.client_id as string });
    grant.addOIDCScope(String(params.scope ?? ''));
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  }

  const server = createServer(async (request, response) => {
    // As behind a proxy that ends TLS.
    request.headers['x-forwarded-proto'] = 'https';
    if (request.url?.startsWith('/agree/')) return agree(request, response);
    if (request.url !== '/token' && request.url !== '/token/revocation') return handle(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    // The provider takes a body that was read before it.
    Object.assign(request, { body: Object.fromEntries(new URLSearchParams(body)) });
    if (request.url === '/token/revocation') {
      state.revoked.push(body);
      return handle(request, response);
    }
    const sent = new URLSearchParams(body);
    for (const name of ['code', 'code_verifier', 'refresh_token', 'device_code', 'client_assertion']) {
      const shown = sent.get(name);
      if (shown !== null) state.issued.add(shown);
    }
    const grant = sent.get('grant_type') ?? '';
    state.asked[grant] = (state.asked[grant] ?? 0) + 1;
    if (state.trouble === 'down') return void response.writeHead(503).end();
    if (state.trouble === 'echo' || state.trouble === 'echo_500' || state.trouble === 'echo_as_code') {
      const answer = {
        error: state.trouble === 'echo_as_code' ? sent.get('client_secret') : 'invalid_client',
        error_description: `what was sent: ${body}`,
        sent: Object.fromEntries(sent),
      };
      const status = { echo: 401, echo_500: 500, echo_as_code: 400 }[state.trouble];
      return void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }
    if (state.trouble === 'slow') await delay(3_000);
    if (state.trouble === 'lost') {
      const { end } = response;
      response.write = () => true;
      response.end = ((..._answer: unknown[]) => {
        response.end = end;
        response.removeHeader('content-length');
        response.statusCode = 502;
        return response.end();
      }) as typeof end;
    }
    return handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return state;
}

/** Storage in memory, in which a used refresh token counts as used only after a leeway. */
const secrets = new Set(['AccessToken', 'RefreshToken', 'ClientCredentials', 'DeviceCode']);

function adapterOf(rows: Map<string, AdapterPayload>, issued: Set<string>, leewayMs: () => number) {
  return class MemoryAdapter implements Adapter {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    #key(id: string): string {
      return `${this.#name}:${id}`;
    }
    async upsert(id: string, payload: AdapterPayload) {
      if (secrets.has(this.#name)) issued.add(id);
      rows.set(this.#key(id), payload);
    }
    async find(id: string) {
      return rows.get(this.#key(id));
    }
    async findByUid(uid: string) {
      return [...rows].find(([key, { uid: own }]) => key.startsWith(`${this.#name}:`) && own === uid)?.[1];
    }
    async findByUserCode(code: string) {
      return [...rows].find(([key, { userCode }]) => key.startsWith(`${this.#name}:`) && userCode === code)?.[1];
    }
    async consume(id: string) {
      const row = rows.get(this.#key(id));
      if (row === undefined) return;
      const used = () => {
        row.consumed = Math.floor(Date.now() / 1_000);
      };
      const leeway = leewayMs();
      if (leeway === 0) used();
      else setTimeout(used, leeway).unref();
    }
    async destroy(id: string) {
      rows.delete(this.#key(id));
    }
    async revokeByGrantId(grantId: string) {
      for (const [key, row] of rows) if (row.grantId === grantId) rows.delete(key);
    }
  };
}

interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A browser as far as OAuth goes: follows redirects, keeps each host's cookies and submits forms. */
export function createBrowser(dialInstead: Readonly<Record<string, string>>) {
  const jars = new Map<string, Map<string, string>>();

  async function go(address: string, form?: Readonly<Record<string, string>>): Promise<Page> {
    let url = new URL(address);
    let fields = form;
    for (let hops = 0; hops < 20; hops++) {
      const jar = jars.get(url.host) ?? new Map<string, string>();
      jars.set(url.host, jar);
      const dialled = new URL(url.pathname + url.search, dialInstead[url.origin] ?? url.origin);
      const response = await fetch(dialled, {
        redirect: 'manual',
        headers: {
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
          'x-forwarded-host': url.host,
        },
        ...(fields !== undefined && { method: 'POST', body: new URLSearchParams(fields) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const at = pair.indexOf('=');
        if (pair.slice(at + 1) === '') jar.delete(pair.slice(0, at));
        else jar.set(pair.slice(0, at), pair.slice(at + 1));
      }
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null)
        return { url: url.href, status: response.status, text: await response.text(), headers: response.headers };
      await response.body?.cancel();
      url = new URL(location, url);
      fields = undefined;
    }
    throw new Error('too many redirects');
  }

  return {
    /** The last page, its address and status. */
    open: (address: string) => go(address),
    /** Submits the page's form: what is hidden in it, and what is typed. */
    submit(page: Page, typed: Readonly<Record<string, string>>) {
      const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1] ?? page.url;
      const hidden = [...page.text.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value] as const,
      );
      return go(new URL(action, page.url).href, { ...Object.fromEntries(hidden), ...typed });
    },
  };
}
