import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { events, platformScope, routes } from '@patchbay/contracts';
import { freePort } from '@patchbay/local-servers';
import { scanForCanaries, startCaptureProxy } from '@patchbay/testkit';
import { expect, it } from 'vitest';
import { clientId, clientSecret, createBrowser, startAuthorizationServer } from '../../test/authorization-server.ts';
import { failureOf } from '../../test/failure-of.ts';
import { sealCredential } from '../../test/memory-vault.ts';
import { startNatsFixture } from '../../test/nats-fixture.ts';
import { authorizationOrigin, oauthDocument } from '../../test/oauth-document.ts';
import { leaseThrough } from '../../test/running-vault.ts';
import { startVaultProcess } from '../../test/vault-process.ts';

const accessTokenSeconds = 2;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const bytes = (name: string, content: string | Buffer) => ({ name, bytes: Buffer.from(content) });

/** All that other users of the machine may see of a process, and more. */
const seenOf = (pid: number) =>
  ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1')).join('\n');

it('nothing that OAuth keeps secret is on the bus, on disk, in an answer, a page or a process’s arguments, nor in a core file', async () => {
  const nats = await startNatsFixture();
  const capture = await startCaptureProxy(Number(new URL(nats.server.url).port));
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const server = await startAuthorizationServer(`${publicUrl}/oauth/callback`, accessTokenSeconds);
  const [admin, executor, registry] = await Promise.all([
    nats.connect('admin'),
    nats.connect('executor'),
    nats.connect('registry'),
  ]);
  const documents = {
    chat: {},
    chat_app: { grant: 'client_credentials', scopes: ['messages'] },
    chat_box: { grant: 'device_code' },
  };
  const bucket = await registry.bucket('integrations');
  for (const [id, auth] of Object.entries(documents))
    await bucket.put(`doc.${platformScope}.${id}.1_0_0`, JSON.stringify(oauthDocument(id, auth)));
  // The vault speaks through the proxy; its working directory is the fixture's, where a core file would be.
  const vault = await startVaultProcess(
    nats,
    'vault-1',
    {
      PATCHBAY_NATS_URLS: capture.url(),
      PATCHBAY_EGRESS_DIAL_OVERRIDE: server.url,
      PATCHBAY_LOG_LEVEL: 'trace',
      PATCHBAY_CONNECT_URL: publicUrl,
      PATCHBAY_CONNECT_LISTEN: `127.0.0.1:${port}`,
    },
    nats.dir,
  );
  /** Whatever anybody was told. */
  const told: unknown[] = [];
  const tell = async <T>(answer: Promise<T>): Promise<T> => {
    const given = await answer;
    told.push(given);
    return given;
  };
  const refused = (asking: Promise<unknown>) => tell(failureOf(asking));
  const heard = admin.subscribeEvent(events.connectionExpired, { tenant: 'acme' }, (body) => void told.push(body));

  const { public_key } = await admin.request(routes.getVaultKey, {}, {});
  const setClient = (integration: string, client_secret: string) =>
    tell(
      admin.request(
        routes.setOAuthClient,
        {},
        {
          scope: platformScope,
          integration,
          sealed_client: sealCredential({ client_id: clientId, client_secret }, public_key),
        },
      ),
    );
  for (const integration of Object.keys(documents)) await setClient(integration, clientSecret);
  const start = (integration: string) => tell(admin.request(routes.startConnect, {}, { tenant: 'acme', integration }));
  const browse = async (url: string) => {
    const page = await createBrowser({ [authorizationOrigin]: server.url }).open(url);
    // The address is the browser's own affair: the code in it is the vendor's doing, and good once.
    told.push({ text: page.text, headers: [...page.headers] });
    return page;
  };
  const connectChat = async () => {
    const begun = await start('chat');
    if (begun.next !== 'link') throw new Error('there is a link');
    const page = await browse(begun.url);
    return { page, ...(await tell(admin.request(routes.getConnect, {}, { tenant: 'acme', connect: begun.connect }))) };
  };
  // Leases are opened here, so what they hold is no leak; refusals are kept.
  const lease = (integration: string, connection: string) => leaseThrough(executor, { integration, connection });

  // Code with PKCE, and a refresh.
  const { connection } = await connectChat();
  await lease('chat', connection as string);
  await pause(accessTokenSeconds * 1_000);
  await lease('chat', connection as string);
  expect(server.asked.refresh_token).toBe(1);
  // Client credentials, and a device that is looked after once.
  const app = await start('chat_app');
  if (app.next !== 'none') throw new Error('it is done');
  const device = await start('chat_box');
  if (device.next !== 'device') throw new Error('there is a code');
  await pause(device.interval_s * 1_000 + 100);
  await tell(admin.request(routes.getConnect, {}, { tenant: 'acme', connect: device.connect }));
  // A vendor that repeats what it was sent when it refuses: a refresh, a code, client credentials.
  server.trouble = 'echo';
  await pause(accessTokenSeconds * 1_000);
  await refused(lease('chat', connection as string));
  expect((await connectChat()).page.text).not.toContain('Connected');
  await refused(admin.request(routes.startConnect, {}, { tenant: 'acme', integration: 'chat_app' }));
  server.trouble = 'down';
  await refused(lease('chat_app', app.connection.id));
  server.trouble = 'none';
  // A wrong secret, and the end of a connection.
  await setClient('chat_app', 'wrong-secret-canary-77aa');
  await refused(admin.request(routes.startConnect, {}, { tenant: 'acme', integration: 'chat_app' }));
  const second = await connectChat();
  await tell(admin.request(routes.removeConnection, {}, { tenant: 'acme', connection: second.connection as string }));
  await tell(admin.request(routes.listConnections, {}, { tenant: 'acme' }));
  expect(server.revoked.length).toBeGreaterThan(0);
  const process = seenOf(vault.child.pid as number);

  // It ends as a process does that the kernel or its own memory gave up on.
  const ended = once(vault.child, 'exit');
  vault.child.kill('SIGABRT');
  await ended;
  heard.unsubscribe();
  await nats.server.stop();

  expect(capture.missedBytes).toBe(0);
  const bus = Buffer.concat(capture.captured().flatMap(({ toServer, toClient }) => [toServer, toClient]));
  expect(bus.includes('svc.vault.v1.lease')).toBe(true);
  expect(bus.includes('"sealed":')).toBe(true);
  const onDisk = readdirSync(nats.dir, { recursive: true, encoding: 'utf8' });
  expect(onDisk.some((path) => path.endsWith('.blk'))).toBe(true);
  expect(onDisk.some((path) => path.endsWith('vault-1.log'))).toBe(true);
  expect(onDisk.filter((path) => /(^|\/)core(\.\d+)?$/.test(path))).toEqual([]);
  const secrets = [clientSecret, 'wrong-secret-canary-77aa', ...server.issued];
  expect(secrets.length).toBeGreaterThan(10);
  const places = [nats.dir, bytes('bus', bus), bytes('answers', JSON.stringify(told)), bytes('process', process)];
  expect(await scanForCanaries(places, secrets)).toEqual([]);
  // The scan can find one.
  expect(await scanForCanaries([bytes('planted', `x${secrets.at(-1)}`)], secrets)).toHaveLength(1);
  await Promise.all([server.close(), capture.stop()]);
  await nats.stop();
}, 120_000);
