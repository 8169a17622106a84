import { events, newId, platformScope, routes } from '@patchbay/contracts';
import { freePort } from '@patchbay/local-servers';
import type { Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  clientId,
  clientSecret,
  createBrowser,
  startAuthorizationServer,
} from '../../test/authorization-server.ts';
import { failureOf } from '../../test/failure-of.ts';
import { sealCredential } from '../../test/memory-vault.ts';
import { type NatsFixture, startNatsFixture } from '../../test/nats-fixture.ts';
import { oauthDocument, authorizationOrigin as origin } from '../../test/oauth-document.ts';
import { leaseThrough } from '../../test/running-vault.ts';
import { startVaultProcess, type VaultProcess } from '../../test/vault-process.ts';

let nats: NatsFixture;
let server: AuthorizationServer;
let vaults: VaultProcess[];
let admin: Messaging;
let executor: Messaging;
let publicUrl: string;

const accessTokenSeconds = 4;

beforeAll(async () => {
  nats = await startNatsFixture();
  const port = await freePort();
  publicUrl = `http://127.0.0.1:${port}`;
  server = await startAuthorizationServer(`${publicUrl}/oauth/callback`, accessTokenSeconds);
  [admin, executor] = [await nats.connect('admin'), await nats.connect('executor')];
  const registry = await (await nats.connect('registry')).bucket('integrations');
  const documents = {
    chat: {},
    chat_app: { grant: 'client_credentials', scopes: ['messages'] },
    chat_box: { grant: 'device_code' },
  };
  for (const [id, auth] of Object.entries(documents))
    await registry.put(`doc.${platformScope}.${id}.1_0_0`, JSON.stringify(oauthDocument(id, auth)));
  const dial = { PATCHBAY_EGRESS_DIAL_OVERRIDE: server.url, PATCHBAY_LOG_LEVEL: 'trace' };
  vaults = [
    await startVaultProcess(nats, 'vault-1', {
      ...dial,
      PATCHBAY_CONNECT_URL: publicUrl,
      PATCHBAY_CONNECT_LISTEN: `127.0.0.1:${port}`,
    }),
  ];
  for (const instance of ['vault-2', 'vault-3'])
    vaults.push(
      await startVaultProcess(nats, instance, {
        ...dial,
        PATCHBAY_CONNECT_URL: publicUrl,
        PATCHBAY_CONNECT_LISTEN: '127.0.0.1:0',
      }),
    );
  const { public_key } = await admin.request(routes.getVaultKey, {}, {});
  for (const integration of Object.keys(documents))
    await admin.request(
      routes.setOAuthClient,
      {},
      {
        scope: platformScope,
        integration,
        sealed_client: sealCredential({ client_id: clientId, client_secret: clientSecret }, public_key),
      },
    );
});
beforeEach(() => {
  server.trouble = 'none';
  server.leewayMs = 0;
});
afterAll(async () => {
  await Promise.all((vaults ?? []).map((vault) => vault.stop()));
  await server?.close();
  await nats?.stop();
});

const start = (change: object = {}) =>
  admin.request(routes.startConnect, {}, { tenant: 'acme', integration: 'chat', ...change });
const look = (connect: string, tenant = 'acme') => admin.request(routes.getConnect, {}, { tenant, connect });
const browser = () => createBrowser({ [origin]: server.url });

/** A connection by way of the link, as a user makes one. */
async function connect(change: object = {}): Promise<string> {
  const begun = await start(change);
  if (begun.next !== 'link') throw new Error('there is a link');
  const page = await browser().open(begun.url);
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Connected') });
  const { tenant = 'acme' } = change as { tenant?: string };
  const { state, connection } = await look(begun.connect, tenant);
  expect(state).toBe('connected');
  return connection as string;
}

const lease = (connection: string, change: object = {}) =>
  leaseThrough(executor, { integration: 'chat', connection, ...change });
const tokenOf = ({ credential }: Awaited<ReturnType<typeof lease>>) =>
  (credential as { access_token: string }).access_token;
const refreshes = () => server.asked.refresh_token ?? 0;
/** Until the token of a connection made now has ended. */
const untilEnded = () => new Promise((resolve) => setTimeout(resolve, accessTokenSeconds * 1_000));

describe('a connect link', () => {
  it('connects a tenant: code with PKCE, a token that only the vault can refresh, an audit record', async () => {
    const connection = await connect({ label: 'Front desk' });
    const { connections } = await admin.request(routes.listConnections, {}, { tenant: 'acme', integration: 'chat' });
    expect(connections).toContainEqual(
      expect.objectContaining({ id: connection, label: 'Front desk', auth_type: 'oauth2', status: 'active' }),
    );
    const { credential } = await lease(connection);
    expect(credential).toEqual({
      type: 'oauth2',
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_at: expect.any(String),
      scope: 'offline_access messages',
    });
  });

  it('works once, in the browser that followed it, until its time is up', async () => {
    const begun = await start();
    if (begun.next !== 'link') throw new Error('there is a link');
    const user = browser();
    // The address that the vendor would send the browser back to, caught on the way.
    const callbacks: string[] = [];
    const caught = createBrowser({ [origin]: server.url, [publicUrl]: publicUrl });
    const first = await user.open(begun.url);
    expect(first.status).toBe(200);
    callbacks.push(first.url);
    const again = await user.open(callbacks[0] as string);
    expect(again).toMatchObject({ status: 400, text: expect.stringContaining('not valid') });
    expect((await caught.open(begun.url)).status).toBe(410);
    expect((await user.open(begun.url)).text).toContain('used');
  });

  it('cannot be finished by another browser, nor with a state that was changed', async () => {
    const begun = await start();
    if (begun.next !== 'link') throw new Error('there is a link');
    const before = server.asked.authorization_code ?? 0;
    const redirect = await fetch(begun.url, { redirect: 'manual' });
    const state = new URL(redirect.headers.get('location') as string).searchParams.get('state') as string;
    const cookie = redirect.headers.getSetCookie()[0]?.split(';')[0] as string;
    const callback = (value: string, headers: Record<string, string>) =>
      fetch(`${publicUrl}/oauth/callback?${new URLSearchParams({ code: 'stolen', state: value })}`, { headers });
    const flipped = state.slice(0, -1) + (state.endsWith('A') ? 'B' : 'A');
    for (const [value, headers] of [
      [state, {}],
      [state, { cookie: `${cookie.split('=')[0]}=${'A'.repeat(43)}` }],
      [flipped, { cookie }],
      [state.replace('acme', 'rival'), { cookie }],
      ['nonsense', { cookie }],
    ] as const)
      expect((await callback(value, headers)).status).toBe(400);
    expect(server.asked.authorization_code ?? 0).toBe(before);
    expect((await look(begun.connect)).state).toBe('waiting');
  });

  it('is refused when it is no link of ours, and says no more', async () => {
    for (const path of [
      '/connect/acme/cnx_00000000000000000000000000',
      '/connect/ACME/x',
      '/connect/acme/..',
      '/nowhere',
    ]) {
      const page = await fetch(publicUrl + path);
      expect(page.status).toBe(404);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('says so when the user declines', async () => {
    const begun = await start();
    if (begun.next !== 'link') throw new Error('there is a link');
    const redirect = await fetch(begun.url, { redirect: 'manual' });
    const state = new URL(redirect.headers.get('location') as string).searchParams.get('state') as string;
    const cookie = redirect.headers.getSetCookie()[0]?.split(';')[0] as string;
    const query = new URLSearchParams({ error: 'access_denied', state });
    const page = await fetch(`${publicUrl}/oauth/callback?${query}`, { headers: { cookie } });
    expect(await page.text()).toContain('You said no');
    expect(await look(begun.connect)).toEqual({ state: 'failed', connection: null, reason: 'access_denied' });
  });

  it('gives an existing connection a new token, and takes back the leases of the old one', async () => {
    const connection = await connect();
    const old = tokenOf(await lease(connection));
    expect(await connect({ connection })).toBe(connection);
    const renewed = await lease(connection);
    expect(tokenOf(renewed)).not.toBe(old);
    expect(renewed.credential_version).toBe(2);
    expect(await failureOf(start({ connection: newId('connection') }))).toMatchObject({ code: 'connection_missing' });
  });

  it('cannot be made for an integration without OAuth or without a client', async () => {
    expect(await failureOf(start({ integration: 'nothing' }))).toMatchObject({ code: 'tool_not_found' });
    await admin.request(routes.removeOAuthClient, {}, { scope: platformScope, integration: 'chat_box' });
    expect(await failureOf(start({ integration: 'chat_box' }))).toMatchObject({ code: 'invalid_request' });
    const { public_key } = await admin.request(routes.getVaultKey, {}, {});
    await admin.request(
      routes.setOAuthClient,
      {},
      {
        scope: platformScope,
        integration: 'chat_box',
        sealed_client: sealCredential({ client_id: clientId, client_secret: clientSecret }, public_key),
      },
    );
  });
});

describe('other grants', () => {
  it('client credentials need nobody, and are asked for again when their token ends', async () => {
    const begun = await start({ integration: 'chat_app' });
    if (begun.next !== 'none') throw new Error('it is done');
    const { id } = begun.connection;
    const first = tokenOf(await lease(id, { integration: 'chat_app' }));
    await untilEnded();
    const second = await lease(id, { integration: 'chat_app' });
    expect(tokenOf(second)).not.toBe(first);
    expect(second.credential_version).toBe(2);
    expect(server.asked.client_credentials).toBe(2);
  });

  it('a device is connected once its code was typed, and asks the vendor no more often than it may', async () => {
    const begun = await start({ integration: 'chat_box' });
    if (begun.next !== 'device') throw new Error('there is a code');
    expect(begun.user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    expect((await look(begun.connect)).state).toBe('waiting');
    expect(server.asked[grant] ?? 0).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, begun.interval_s * 1_000 + 100));
    const looks = await Promise.all(Array.from({ length: 10 }, () => look(begun.connect)));
    expect(looks.map(({ state }) => state)).toEqual(Array.from({ length: 10 }, () => 'waiting'));
    expect(server.asked[grant]).toBe(1);

    const user = browser();
    const asked = await user.open(begun.verification_uri);
    const confirm = await user.submit(asked, { user_code: begun.user_code });
    const done = await user.submit(confirm, { user_code: begun.user_code, confirm: 'yes' });
    expect(done).toMatchObject({ status: 200, text: expect.stringContaining('Success') });
    await expect
      .poll(async () => (await look(begun.connect)).state, { timeout: 20_000, interval: 500 })
      .toBe('connected');
    const { connection } = await look(begun.connect);
    expect(tokenOf(await lease(connection as string, { integration: 'chat_box' }))).toEqual(expect.any(String));
  }, 60_000);
});

describe('a refresh', () => {
  it('happens once for 50 callers at the same moment in three processes, and all have the new token', async () => {
    const connection = await connect();
    const old = tokenOf(await lease(connection));
    await untilEnded();
    const before = refreshes();
    const leases = await Promise.all(Array.from({ length: 50 }, () => lease(connection)));
    expect(refreshes() - before).toBe(1);
    expect(new Set(leases.map(tokenOf)).size).toBe(1);
    expect(tokenOf(leases[0] as (typeof leases)[0])).not.toBe(old);
    // Its refresh token was used once: the new one works too.
    await untilEnded();
    expect(tokenOf(await lease(connection))).not.toBe(tokenOf(leases[0] as (typeof leases)[0]));
    expect(refreshes() - before).toBe(2);
  }, 30_000);

  it('that takes the vendor longer than a caller waits goes on, and loses nothing', async () => {
    const connection = await connect();
    await untilEnded();
    const before = refreshes();
    server.trouble = 'slow';
    expect(await failureOf(lease(connection))).toMatchObject({ code: 'vault_unavailable', reason: 'refresh_slow' });
    await expect.poll(() => lease(connection).then(tokenOf, () => null), { timeout: 10_000 }).not.toBeNull();
    expect(refreshes() - before).toBe(1);
  }, 30_000);

  it('whose answer was lost is tried again with the same token, where the vendor bears that', async () => {
    const connection = await connect();
    server.leewayMs = 20_000;
    await untilEnded();
    server.trouble = 'lost';
    expect(await failureOf(lease(connection))).toMatchObject({ code: 'vault_unavailable', reason: 'refresh_failed' });
    server.trouble = 'none';
    await expect.poll(() => lease(connection).then(tokenOf, () => null), { timeout: 10_000 }).not.toBeNull();
  }, 30_000);

  it('that the vendor cannot answer is not repeated by everybody who asks', async () => {
    const connection = await connect();
    await untilEnded();
    const before = refreshes();
    server.trouble = 'down';
    for (let i = 0; i < 30; i++) await failureOf(lease(connection));
    expect(refreshes() - before).toBeLessThan(5);
    server.trouble = 'none';
    await expect.poll(() => lease(connection).then(tokenOf, () => null), { timeout: 15_000 }).not.toBeNull();
  }, 30_000);

  it('that the vendor refuses for good expires the connection and says why, until it is connected again', async () => {
    const heard: object[] = [];
    const agent = await nats.connect('agent', 'acme');
    const connection = await connect();
    agent.subscribeEvent(events.connectionExpired, { tenant: 'acme' }, (event) => heard.push(event));
    await agent.flush();
    const before = refreshes();
    await server.revokeAll();
    await untilEnded();
    expect(await failureOf(lease(connection))).toMatchObject({ code: 'credential_expired' });
    expect(await failureOf(lease(connection))).toMatchObject({ code: 'credential_expired' });
    expect(refreshes() - before).toBe(1);
    await expect.poll(() => heard).toEqual([{ connection, integration: 'chat', reason: 'refresh_refused' }]);
    await connect({ connection });
    expect((await lease(connection)).credential_version).toBe(2);
  }, 30_000);

  it('happens when an upstream refuses a token that is not new, and not for one that is', async () => {
    const connection = await connect();
    const before = refreshes();
    const { credential_version } = await lease(connection);
    expect((await lease(connection, { refused_version: credential_version })).credential_version).toBe(1);
    expect(refreshes() - before).toBe(0);
  });
});

describe('a connection that is removed', () => {
  it('has its token revoked at the vendor', async () => {
    const connection = await connect();
    await admin.request(routes.removeConnection, {}, { tenant: 'acme', connection });
    expect(server.revoked).toHaveLength(1);
    expect(new URLSearchParams(server.revoked[0]).get('token_type_hint')).toBe('refresh_token');
    expect(await failureOf(lease(connection))).toMatchObject({ code: 'connection_missing' });
  });
});

describe('nothing secret', () => {
  it('is in a log', () => {
    const logs = vaults.map((vault) => vault.log()).join('\n');
    expect(logs).toContain('connect pages ready');
    expect(logs).not.toMatch(/refresh_token|code_verifier|[?&]code=/);
  });
});
