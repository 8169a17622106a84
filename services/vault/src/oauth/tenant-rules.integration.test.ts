import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { platformScope, routes } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { sealCredential } from '../../test/memory-vault.ts';
import { type NatsFixture, startNatsFixture } from '../../test/nats-fixture.ts';
import { oauthDocument } from '../../test/oauth-document.ts';
import { type RunningVault, runVault } from '../../test/running-vault.ts';

let nats: NatsFixture;
let vendor: Server;
let vault: RunningVault;
let admin: Messaging;
/** Hosts that were asked for tokens. */
const asked: (string | undefined)[] = [];
const inside = 'login.acme.internal';
const acme = { egress: { private_hosts: [inside], private_networks: ['10.3.0.0/16'] } };

function writePolicies(content: unknown): void {
  const path = join(nats.dir, 'policies.json');
  writeFileSync(`${path}.new`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${path}.new`, path);
}

beforeAll(async () => {
  nats = await startNatsFixture();
  vendor = createServer((request, response) => {
    asked.push(request.headers.host);
    const answer = { access_token: `token-${asked.length}`, token_type: 'bearer', expires_in: 3_600 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const registry = await (await nats.connect('registry')).bucket('integrations');
  const places = { chat_inside: `https://${inside}/token`, chat_outside: 'https://auth.example.com/token' };
  for (const [id, token_url] of Object.entries(places)) {
    const document = oauthDocument(id, { grant: 'client_credentials', scopes: ['messages'], token_url });
    await registry.put(`doc.${platformScope}.${id}.1_0_0`, JSON.stringify(document));
  }
  writePolicies({ tenants: { acme } });
  const rootKey = readKeyFile(nats.keys.localKmsKeyFile);
  vault = await runVault(nats, { provider: 'local', rootKey }, createSealingSeed(), 'vault-1', {
    // What a name of a private network resolves to is the egress guard's own test; here the name decides.
    dialOverride: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`,
    tenantPoliciesFile: join(nats.dir, 'policies.json'),
  });
  admin = await nats.connect('admin');
  const { public_key } = await admin.request(routes.getVaultKey, {}, {});
  for (const integration of Object.keys(places)) {
    const sealed_client = sealCredential({ client_id: 'app', client_secret: 'a-secret-of-the-app' }, public_key);
    await admin.request(routes.setOAuthClient, {}, { scope: platformScope, integration, sealed_client });
  }
});
afterAll(async () => {
  await vault?.stop();
  await new Promise((resolve) => vendor?.close(resolve));
  await nats?.stop();
});

const connect = (tenant: string, integration: string) =>
  admin.request(routes.startConnect, {}, { tenant, integration });

it('a token endpoint of a tenant’s own network is reached for that tenant, and for no other', async () => {
  expect(await connect('acme', 'chat_inside')).toMatchObject({ next: 'none', connection: { status: 'active' } });
  expect(asked).toEqual([inside]);
  expect(await failureOf(connect('rival', 'chat_inside'))).toMatchObject({ reason: 'name_not_public' });
  expect(await connect('rival', 'chat_outside')).toMatchObject({ next: 'none' });
  expect(asked).toEqual([inside, 'auth.example.com']);
});

it('a change of the file is in force without a restart, and a mistake in it changes nothing', async () => {
  writePolicies('{');
  await expect.poll(() => vault.log(), { timeout: 15_000 }).toContain('tenant policies not changed');
  expect(await connect('acme', 'chat_inside')).toMatchObject({ next: 'none' });
  // Held to hosts of which the vendor's is none.
  writePolicies({ tenants: { acme, rival: { egress: { hosts: ['api.example.com'] } } } });
  await expect
    .poll(() => failureOf(connect('rival', 'chat_outside')), { timeout: 15_000 })
    .toMatchObject({ reason: 'tenant_host_not_allowed' });
  expect(await connect('acme', 'chat_outside')).toMatchObject({ next: 'none' });
  writePolicies({ tenants: {} });
  await expect
    .poll(() => failureOf(connect('acme', 'chat_inside')), { timeout: 15_000 })
    .toMatchObject({ reason: 'name_not_public' });
  expect(vault.log()).toContain('"tenants":["acme","rival"]');
});

it('a file that is wrong at the start keeps a vault from starting', async () => {
  writePolicies({ tenants: { acme: { egress: { private_networks: ['0.0.0.0/0'] } } } });
  const rootKey = readKeyFile(nats.keys.localKmsKeyFile);
  const starting = runVault(nats, { provider: 'local', rootKey }, createSealingSeed(), 'vault-2', {
    tenantPoliciesFile: join(nats.dir, 'policies.json'),
  });
  await expect(starting).rejects.toThrow('0.0.0.0/0');
});
