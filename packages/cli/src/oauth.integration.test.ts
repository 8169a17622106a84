import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directoryWith, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
let vendor: Server;
/** Bodies of the requests for tokens. */
const asked: URLSearchParams[] = [];
const secret = 'client-secret-canary-77';

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  // A vendor whose users agree at once. The real thing is oidc-provider in the vault's own tests.
  vendor = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(new URLSearchParams(body));
    const answer = {
      access_token: `token-${asked.length}`,
      token_type: 'bearer',
      expires_in: 3_600,
      refresh_token: 'r',
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  const dial = await listen(vendor);
  const probe = createServer();
  const publicUrl = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  here = await startInstallation({
    vault: {
      PATCHBAY_CONNECT_URL: publicUrl,
      PATCHBAY_CONNECT_LISTEN: new URL(publicUrl).host,
      PATCHBAY_EGRESS_DIAL_OVERRIDE: dial,
    },
  });
});
afterAll(async () => {
  await here?.stop();
  await new Promise((resolve) => vendor.close(resolve));
});

/** Follows a link as a browser does whose user agrees at the vendor. */
async function follow(url: string): Promise<number> {
  const first = await fetch(url, { redirect: 'manual' });
  const page = new URL(first.headers.get('location') as string);
  expect(page.searchParams.get('client_id')).toBe('app-1');
  expect(page.searchParams.get('code_challenge_method')).toBe('S256');
  const back = new URL(page.searchParams.get('redirect_uri') as string);
  back.searchParams.set('code', 'a-code');
  back.searchParams.set('state', page.searchParams.get('state') as string);
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] as string;
  return (await fetch(back, { headers: { cookie } })).status;
}

test('without a client the operator is told what to do', async () => {
  const { code, err } = await here.cli(['connections', 'connect', 'hubspot']);
  expect(code).not.toBe(0);
  expect(err).toContain('patchbay oauth set-client hubspot');
});

describe('oauth set-client', () => {
  test('stores the app, and shows no secret of it', async () => {
    const cwd = directoryWith({ 'hubspot-secret': `${secret}\n` });
    const argv = ['oauth', 'set-client', 'hubspot', '--client-id', 'app-1', '--secret-file', `${cwd}/hubspot-secret`];
    const shown = await here.cli([...argv, '--json']);
    expect(json(shown).client).toMatchObject({
      scope: '_platform',
      integration: 'hubspot',
      client_id: 'app-1',
      has_secret: true,
      has_private_key: false,
    });
    expect(shown.out + shown.err).not.toContain(secret);
    expect((await here.cli(argv)).out).toContain('patchbay connections connect hubspot');
  });

  test('asks for what is not given', async () => {
    const { code, out, err } = await here.cli(['oauth', 'set-client', 'slack'], {
      typed: ['app-2', secret],
      tty: true,
    });
    expect([code, out]).toEqual([0, expect.stringContaining('client app-2')]);
    expect(out + err).not.toContain(secret);
  });

  test.each([
    [['slack', '--client-id', 'a'], 'terminal'],
    [['slack', '--client-id', 'a', '--secret-file', 'nowhere'], 'nowhere'],
    [['slack', '--client-id', 'a', '--public', '--algorithm', 'HS256'], 'HS256'],
    [['Slack!', '--client-id', 'a', '--public'], 'Slack!'],
  ])('refuses %j', async (argv, word) => {
    const { code, err } = await here.cli(['oauth', 'set-client', ...argv]);
    expect([code, err]).toEqual([2, expect.stringContaining(word)]);
  });
});

describe('connections connect', () => {
  test('prints a link, waits until somebody followed it, and the tenant is connected', async () => {
    const begun = json<{ url: string; connect: string }>(
      await here.cli(['connections', 'connect', 'hubspot', '--no-wait', '--json', '--label', 'Sales']),
    );
    expect(await follow(begun.url)).toBe(200);
    expect(asked.at(-1)?.get('client_secret')).toBe(secret);
    expect(asked.at(-1)?.get('code_verifier')).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const { connections } = json<{ connections: object[] }>(
      await here.cli(['connections', 'list', '--integration', 'hubspot', '--json']),
    );
    expect(connections).toContainEqual(expect.objectContaining({ label: 'Sales', auth_type: 'oauth2' }));

    let told = '';
    const waiting = here.cli(['connections', 'connect', 'hubspot'], {
      onNote(text) {
        told += text;
      },
    });
    await expect.poll(() => told).toContain('http://');
    await follow(/http:\S+/.exec(told)?.[0] as string);
    expect(await waiting).toMatchObject({ code: 0, out: expect.stringMatching(/connected {2}con_/) });
  });

  test('gives a connection that is there a new token', async () => {
    const { connections } = json<{ connections: { id: string; label: string }[] }>(
      await here.cli(['connections', 'list', '--integration', 'hubspot', '--json']),
    );
    const id = connections.find(({ label }) => label === 'Sales')?.id as string;
    const argv = ['connections', 'connect', 'hubspot', '--reconnect', id, '--no-wait', '--json'];
    const { url, connect } = json<{ url: string; connect: string }>(await here.cli(argv));
    expect(connect).toMatch(/^cnx_/);
    expect(await follow(url)).toBe(200);
    const after = json<{ connections: { id: string; credential_version: number }[] }>(
      await here.cli(['connections', 'list', '--integration', 'hubspot', '--json']),
    );
    expect(after.connections.find((one) => one.id === id)?.credential_version).toBe(2);
    expect((await here.cli(['connections', 'connect', 'hubspot', '--reconnect', 'x'])).code).toBe(2);
  });
});

test('oauth remove-client forgets the app, once', async () => {
  expect(await here.cli(['oauth', 'remove-client', 'slack'])).toMatchObject({ code: 0 });
  expect(await here.cli(['oauth', 'remove-client', 'slack'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('No OAuth client'),
  });
});
