import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId, platformScope, routes } from '@patchbay/contracts';
import { freePort } from '@patchbay/local-servers';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import {
  type CaptureProxy,
  type OtlpReceiver,
  scanForCanaries,
  startCaptureProxy,
  startOtlpReceiver,
} from '@patchbay/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  clientId,
  clientSecret,
  createBrowser,
  keyClientId,
  startAuthorizationServer,
} from '../../test/authorization-server.ts';
import { failureOf } from '../../test/failure-of.ts';
import { sealCredential } from '../../test/memory-vault.ts';
import { type NatsFixture, startNatsFixture } from '../../test/nats-fixture.ts';
import { oauthDocument, authorizationOrigin as origin } from '../../test/oauth-document.ts';
import { startVaultProcess, type VaultProcess } from '../../test/vault-process.ts';

const accessTokenSeconds = 3;
const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const documents = {
  chat: {},
  chat_app: { grant: 'client_credentials', scopes: ['messages'] },
  chat_key: { grant: 'client_credentials', scopes: ['messages'], client_auth: 'private_key_jwt' },
  chat_box: { grant: 'device_code' },
};

let nats: NatsFixture;
let server: AuthorizationServer;
let bus: CaptureProxy;
let collector: OtlpReceiver;
let vault: VaultProcess;
let admin: Messaging;
let executor: Messaging;
let publicUrl: string;
let cores: string;

beforeAll(async () => {
  nats = await startNatsFixture();
  const port = await freePort();
  publicUrl = `http://127.0.0.1:${port}`;
  const publicJwk = keys.publicKey.export({ format: 'jwk' });
  server = await startAuthorizationServer(`${publicUrl}/oauth/callback`, accessTokenSeconds, publicJwk as never);
  [admin, executor] = [await nats.connect('admin'), await nats.connect('executor')];
  const registry = await (await nats.connect('registry')).bucket('integrations');
  for (const [id, auth] of Object.entries(documents))
    await registry.put(`doc.${platformScope}.${id}.1_0_0`, JSON.stringify(oauthDocument(id, auth)));
  bus = await startCaptureProxy(Number(new URL(nats.server.url).port));
  collector = await startOtlpReceiver();
  cores = join(nats.dir, 'cores');
  mkdirSync(cores);
  vault = await startVaultProcess(
    nats,
    'vault-1',
    {
      PATCHBAY_NATS_URLS: bus.url(),
      PATCHBAY_EGRESS_DIAL_OVERRIDE: server.url,
      PATCHBAY_LOG_LEVEL: 'trace',
      PATCHBAY_CONNECT_URL: publicUrl,
      PATCHBAY_CONNECT_LISTEN: new URL(publicUrl).host,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
    { coresIn: cores },
  );
  for (const integration of Object.keys(documents)) await setClient(integration, clientSecret);
});
afterAll(async () => {
  await vault?.stop();
  await collector?.stop();
  await bus?.stop();
  await server?.close();
  await nats?.stop();
});

async function setClient(integration: string, secret: string): Promise<void> {
  const { public_key } = await admin.request(routes.getVaultKey, {}, {});
  const client =
    integration === 'chat_key'
      ? { client_id: keyClientId, private_key: privateKey }
      : { client_id: clientId, client_secret: secret };
  const sealed_client = sealCredential(client, public_key);
  await admin.request(routes.setOAuthClient, {}, { scope: platformScope, integration, sealed_client });
}

/** What the vault answered, pages of it and their headers: none may hold a secret. */
const told: string[] = [];
/** What only the vendor, one browser, or one executor may know, beside what the vendor issued. */
const secrets = new Set([clientSecret, ...privateKey.split('\n').filter((line) => line.length === 64)]);
const sealedLeases: string[] = [];

const keep = <Value>(value: Value): Value => {
  told.push(JSON.stringify(value));
  return value;
};
const start = async (change: object) =>
  admin.request(routes.startConnect, {}, { tenant: 'acme', integration: 'chat', ...change });
const look = async (connect: string) => keep(await admin.request(routes.getConnect, {}, { tenant: 'acme', connect }));

async function lease(connection: string, integration = 'chat'): Promise<void> {
  const recipient = createSealingKeys();
  const execution_id = newId('execution');
  const request = { tenant: 'acme', integration, connection, execution_id, recipient: recipient.publicKey };
  const { sealed, ...rest } = await executor.request(routes.leaseCredential, {}, request);
  keep(rest);
  sealedLeases.push(sealed);
}

async function follow(url: string) {
  const page = await createBrowser({ [origin]: server.url }).open(url);
  told.push(page.text, JSON.stringify([...page.headers]));
  return page;
}

async function link(): Promise<{ url: string; connect: string }> {
  const begun = keep(await start({}));
  if (begun.next !== 'link') throw new Error('there is a link');
  return begun;
}

/** Follows a link by hand and comes back with whatever the vendor's page is to have said. */
async function comeBack(said: Record<string, string>): Promise<string> {
  const { url, connect } = await link();
  const redirect = await fetch(url, { redirect: 'manual' });
  const state = new URL(redirect.headers.get('location') as string).searchParams.get('state') as string;
  const cookie = redirect.headers.getSetCookie()[0]?.split(';')[0] as string;
  secrets.add(state.slice(-43)).add(cookie.slice(-43));
  const page = await fetch(`${publicUrl}/oauth/callback?${new URLSearchParams({ ...said, state })}`, {
    headers: { cookie },
  });
  told.push(await page.text(), JSON.stringify([...page.headers]));
  return connect;
}

const untilEnded = () => new Promise((resolve) => setTimeout(resolve, accessTokenSeconds * 1_000));

it.runIf(process.platform === 'linux')(
  'no secret of OAuth is anywhere but at the vendor and in the memory of the vault, whatever goes wrong',
  async () => {
    // Every grant as it should go, with a refresh that rotates.
    const { url, connect } = await link();
    expect((await follow(url)).text).toContain('Connected');
    const connection = (await look(connect)).connection as string;
    await lease(connection);
    for (const integration of ['chat_app', 'chat_key']) {
      const begun = keep(await start({ integration }));
      if (begun.next !== 'none') throw new Error('it is done');
      await lease(begun.connection.id, integration);
    }
    const device = keep(await start({ integration: 'chat_box' }));
    if (device.next !== 'device') throw new Error('there is a code');
    await untilEnded();
    await lease(connection);
    expect(server.asked.refresh_token).toBe(1);

    // The vendor tells what it was sent, with and without a verdict.
    const other = await link();
    await follow(other.url);
    const refused = (await look(other.connect)).connection as string;
    await untilEnded();
    for (const trouble of ['echo', 'echo_500'] as const) {
      server.trouble = trouble;
      keep(await failureOf(lease(connection)));
      await follow((await link()).url);
      keep(await failureOf(start({ integration: 'chat_app' })));
    }
    await expect.poll(async () => (await look(device.connect)).state).toBe('waiting');
    server.trouble = 'echo_as_code';
    expect(await failureOf(lease(refused))).toMatchObject({ code: 'credential_expired' });
    const failed = await link();
    await follow(failed.url);
    expect(await look(failed.connect)).toMatchObject({ state: 'failed', reason: 'unreadable_error' });
    const failure = await failureOf(start({ integration: 'chat_app' }));
    expect(failure).toMatchObject({ code: 'invalid_request' });
    told.push(JSON.stringify(failure));
    await new Promise((resolve) => setTimeout(resolve, device.interval_s * 1_000));
    expect(await look(device.connect)).toMatchObject({ state: 'failed', reason: 'unreadable_error' });
    server.trouble = 'none';

    // A wrong secret, and redirects that carry codes where none belong.
    const wrong = 'wrong_secret_canary_0f9e8d7c';
    secrets.add(wrong);
    await setClient('chat_app', wrong);
    told.push(JSON.stringify(await failureOf(start({ integration: 'chat_app' }))));
    const code = 'stray_code_canary_77aa66bb';
    secrets.add(code);
    await comeBack({ error: 'access_denied', error_description: `no: ${code}`, code });
    expect(await look(await comeBack({ error: code, code }))).toMatchObject({ state: 'failed', reason: 'no_code' });
    await comeBack({ code });
    keep(await admin.request(routes.removeConnection, {}, { tenant: 'acme', connection }));
    expect(server.revoked).toHaveLength(1);
    keep(await admin.request(routes.listConnections, {}, { tenant: 'acme' }));

    const { pid } = vault.child;
    const seen = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
    expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m);
    await expect.poll(() => collector.spans().length, { timeout: 10_000 }).toBeGreaterThan(0);

    // A process that dies leaves nothing either.
    const ended = once(vault.child, 'exit');
    vault.child.kill('SIGABRT');
    expect(await ended).toEqual([null, 'SIGABRT']);
    expect(readdirSync(cores)).toEqual([]);

    const everything = [...secrets, ...server.issued];
    expect(server.issued.size).toBeGreaterThan(8);
    const onBus = Buffer.concat(bus.captured().flatMap(({ toServer, toClient }) => [toServer, toClient]));
    expect(bus.missedBytes).toBe(0);
    expect(onBus.includes('dev.patchbay.credential.refreshed')).toBe(true);
    expect(vault.log()).toContain('a token could not be refreshed');
    const bytes = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });
    const still = [bytes('telemetry', collector.raw()), bytes('process', seen.join('\n')), nats.dir];
    const hits = await scanForCanaries(
      [...still, bytes('answers', told.join('\n')), { name: 'bus', bytes: onBus }],
      everything,
    );
    expect(hits).toEqual([]);
    // A sealed lease passes the bus, and stays nowhere.
    expect(await scanForCanaries(still, sealedLeases)).toEqual([]);
    // The scan finds what is there.
    const planted = [bytes('planted', Buffer.from(`x${everything.at(-1)}`).toString('base64'))];
    expect(await scanForCanaries(planted, everything)).toHaveLength(1);
  },
  120_000,
);
