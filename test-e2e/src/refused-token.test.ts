import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inboxPrefixOf } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { connectMessaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noDoors, type System, simpleDocument, startSystem } from './system.ts';

const origin = 'https://auth.example.com';
const document = {
  ...simpleDocument('desk'),
  auth: {
    type: 'oauth2',
    authorize_url: `${origin}/auth`,
    token_url: `${origin}/token`,
    scopes: ['offline_access', 'messages'],
    authorize_params: { prompt: 'consent' },
    refresh: 'single_use',
    revoke_url: `${origin}/token/revocation`,
  },
} as const;

let system: System;
let vendor: Server;
/** The only refresh token that is good; each is good once. */
let good = 'refresh-token-of-the-desk-0000';
let refreshes = 0;
let connection: string;

beforeAll(async () => {
  vendor = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const shown = new URLSearchParams(body).get('refresh_token');
    refreshes++;
    if (shown !== good) return void response.writeHead(400).end('{"error":"invalid_grant"}');
    good = `refresh-token-of-the-desk-000${refreshes}`;
    const answer = {
      access_token: `access-token-of-the-desk-000${refreshes}`,
      token_type: 'bearer',
      expires_in: 3_600,
      refresh_token: good,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  system = await startSystem({
    seedCatalog: false,
    shape: 'processes',
    leaveOut: noDoors,
    variables: {
      vault: { PATCHBAY_EGRESS_DIAL_OVERRIDE: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}` },
    },
  });
  const { admin, sandbox } = system;
  const { normaliseDocument } = await import('@patchbay/catalog');
  const normalised = normaliseDocument(document);
  if (!normalised.ok) throw new Error(JSON.stringify(normalised.issues));
  await sandbox.addDocument(normalised.document);
  await admin.register({ document });
  await admin.oauth.setClient('desk', { client_id: 'desk-app', client_secret: 'client-secret-of-the-desk-app' });
  const credential = {
    type: 'oauth2',
    access_token: 'access-token-of-the-desk-0000',
    token_type: 'Bearer',
    refresh_token: good,
  } as const;
  connection = (await admin.addConnection({ integration: 'desk', makeDefault: true, credential })).id;
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await new Promise((resolve) => vendor?.close(resolve));
});
beforeEach(async () => {
  await system.sandbox.reset();
  await age();
});

/** Lets the connection's token count as an hour old: the vault takes a new one for good whatever an upstream says. */
async function age(): Promise<void> {
  const { facts, keys } = system.patchbay;
  const seed = readSecretFile(seedFileOf(keys, 'vault'));
  const messaging = await connectMessaging({
    servers: [facts.nats_url],
    seed,
    name: 'ageing',
    inboxPrefix: inboxPrefixOf('vault'),
  });
  try {
    const bucket = await messaging.bucket('connections');
    const entry = await bucket.get(`acme.${connection}`);
    const record = JSON.parse(Buffer.from(entry?.value ?? '').toString());
    const older = { ...record, credential_stored_at: new Date(Date.now() - 3_600_000).toISOString() };
    await bucket.update(`acme.${connection}`, JSON.stringify(older), entry?.revision as number);
  } finally {
    await messaging.close();
  }
}

const versionOf = async () =>
  (await system.admin.queryAudit({ limit: 1_000 })).events
    .filter(({ type, data }) => type === 'dev.patchbay.credential.refreshed' && data.outcome === 'succeeded')
    .map(({ data }) => data.facts?.credential_version);

test('an upstream that refuses a token has it refreshed once, and a read is repeated once with the new one', async () => {
  const before = refreshes;
  await system.sandbox.behave({ times: 1, do: { kind: 'status', status: 401, body: { error: 'token_expired' } } });
  const result = await system.agent.execute('desk_look', { number: 1 });
  expect(result).toMatchObject({ status: 'succeeded', attempts: 2 });
  expect(refreshes - before).toBe(1);
  expect(await system.sandbox.requests()).toHaveLength(2);
  await expect.poll(versionOf, { timeout: 15_000 }).toContain(2);
}, 60_000);

test('an upstream that refuses the new one too is not asked again, and the connection stays', async () => {
  const before = refreshes;
  await system.sandbox.behave({ do: { kind: 'status', status: 401, body: { error: 'token_expired' } } });
  const result = await system.agent.execute('desk_look', { number: 2 });
  expect(result).toMatchObject({ status: 'failed', attempts: 2 });
  expect(refreshes - before).toBe(1);
  expect(await system.sandbox.requests()).toHaveLength(2);
  // The token is new: another call costs no other.
  await system.agent.execute('desk_look', { number: 3 });
  expect(refreshes - before).toBe(1);
  expect((await system.admin.listConnections('desk'))[0]).toMatchObject({ status: 'active' });
}, 60_000);
