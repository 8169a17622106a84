import { type BucketName, newId, routes, streams } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../test/failure-of.ts';
import { sealCredential } from '../test/memory-vault.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { addThrough, leaseThrough, type RunningVault, runVault } from '../test/running-vault.ts';
import { keepThrough, lendThrough } from '../test/secrets-through.ts';

const tenant = 'acme';
const owner = newId('webhookSource');
let nats: NatsFixture;
let vault: RunningVault;
let admin: Messaging;
let executor: Messaging;
let ingress: Messaging;
let store: Messaging;

beforeAll(async () => {
  nats = await startNatsFixture();
  [admin, executor, ingress, store] = await Promise.all([
    nats.connect('admin'),
    nats.connect('executor'),
    nats.connect('webhook-ingress'),
    nats.connect('vault'),
  ]);
  const keyService = { provider: 'local' as const, rootKey: readKeyFile(nats.keys.localKmsKeyFile) };
  vault = await runVault(nats, keyService, createSealingSeed());
});
afterAll(async () => {
  await vault?.stop();
  await nats?.stop();
});

/** How much the audit stream takes from now on; -1: everything. */
async function room(maxBytes: number): Promise<void> {
  const provisioner = await nats.connect('provisioner');
  const audit = { ...streams.audit, maxBytes };
  await provisioner.provision({ streams: [audit], durables: [], buckets: [], replicas: 1, storage: 'file' });
}

async function rows(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of ['connections', 'tenant_keys', 'oauth_clients', 'overlaps', 'vault_jobs'] as BucketName[]) {
    const bucket = await store.bucket(name);
    const watching = await bucket.watch('>', ({ key, value, revision }) => {
      found.set(`${name} ${key}`, `${revision} ${Buffer.from(value ?? []).toString()}`);
    });
    watching.unsubscribe();
  }
  return found;
}

describe('a vault whose audit records nobody takes', () => {
  it('lends nothing, shows nothing and changes nothing until somebody does', async () => {
    const { id: connection } = await addThrough(admin, { type: 'bearer', token: 'one' }, { tenant });
    const { public_key } = await admin.request(routes.getVaultKey, {}, {});
    const sealed_credential = sealCredential({ type: 'bearer', token: 'two' }, public_key);
    const sealed_client = sealCredential({ client_id: 'app' }, public_key);
    expect((await leaseThrough(executor, { connection })).credential).toEqual({ type: 'bearer', token: 'one' });
    await keepThrough(ingress, { tenant, owner, value: 'one' });
    const before = await rows();
    expect(before.size).toBeGreaterThan(2);

    await room(1);
    const asked = {
      lease: () => leaseThrough(executor, { connection }),
      'lease of nothing': () => leaseThrough(executor, { connection: newId('connection') }),
      list: () => admin.request(routes.listConnections, {}, { tenant }),
      add: () => addThrough(admin, { type: 'bearer', token: 'three' }, { tenant }),
      remove: () => admin.request(routes.removeConnection, {}, { tenant, connection }),
      rotate: () => admin.request(routes.rotateCredential, {}, { tenant, connection, sealed_credential }),
      revert: () => admin.request(routes.revertCredential, {}, { tenant, connection }),
      'erase a connection': () => admin.request(routes.eraseConnection, {}, { tenant, connection }),
      'erase a tenant': () => admin.request(routes.eraseTenant, {}, { tenant }),
      'rotate the key': () => admin.request(routes.rotateTenantKey, {}, { tenant }),
      'wrap anew': () => admin.request(routes.rewrapKeys, {}, {}),
      'set a client': () =>
        admin.request(routes.setOAuthClient, {}, { scope: tenant, integration: 'chat', sealed_client }),
      'keep a secret': () => keepThrough(ingress, { tenant, owner, value: 'three' }),
      'borrow secrets': () => lendThrough(ingress, { tenant, owner }),
      'drop secrets': () => ingress.request(routes.dropSecrets, { caller: 'webhook-ingress' }, { tenant, owner }),
      'remove a client': () => admin.request(routes.removeOAuthClient, {}, { scope: tenant, integration: 'chat' }),
    };
    for (const [what, ask] of Object.entries(asked)) {
      // A refusal stands also where it cannot be recorded.
      const code = what === 'lease of nothing' ? 'connection_missing' : 'audit_unavailable';
      expect(await failureOf(ask()), what).toMatchObject({ code });
    }
    expect(await rows()).toEqual(before);

    await room(-1);
    expect((await leaseThrough(executor, { connection })).credential).toEqual({ type: 'bearer', token: 'one' });
    expect((await admin.request(routes.listConnections, {}, { tenant })).connections).toHaveLength(1);
    expect(await lendThrough(ingress, { tenant, owner })).toEqual(['one']);
  });
});
