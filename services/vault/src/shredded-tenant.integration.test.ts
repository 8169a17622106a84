import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { buckets, newId, routes, StoredTenantKey, type VaultJob } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { startFakeKms } from '@patchbay/testkit/kms';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openIntents, readAuditLog } from '../test/audit-log.ts';
import { withAwsEnvironment } from '../test/aws-environment.test-support.ts';
import { failureOf } from '../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { addThrough, leaseThrough, runVault } from '../test/running-vault.ts';
import { keepThrough, lendThrough } from '../test/secrets-through.ts';
import { openStreamOperator, type StreamBackup } from '../test/stream-operator.ts';
import { openVaultParts } from '../test/vault-parts.ts';
import { createAwsKmsKeyService } from './adapters/aws-kms-key-service.ts';
import { createLocalFileKeyService } from './adapters/local-file-key-service.ts';
import type { KeyService } from './encryption/key-service.ts';
import type { KeyServiceConfig } from './main.ts';

/** Every copy that is tried has these. */
const streams = ['AUDIT', ...Object.values(buckets).map(({ name }) => `KV_${name}`)];
const sealingSeed = createSealingSeed();
const jobTimes = { takeoverMs: 300, beatMs: 20, retryMs: 50, settleMs: 100 };
const opened: { stop(): Promise<void> }[] = [];
const wrappingKey = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b';
let started = 0;
let nats: NatsFixture;

withAwsEnvironment();
beforeEach(async () => {
  nats = await startNatsFixture();
  opened.push(nats);
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.stop();
});

/** The wrapping key, which nobody disables: as a vault is configured with it, and as somebody who may use it calls it. */
async function wrapping(provider: 'local' | 'aws-kms'): Promise<{ config: () => KeyServiceConfig; use: KeyService }> {
  if (provider === 'local') {
    const rootKey = () => readKeyFile(nats.keys.localKmsKeyFile);
    return {
      config: () => ({ provider, rootKey: rootKey() }),
      use: createLocalFileKeyService({ rootKey: rootKey(), mode: 'development' }),
    };
  }
  const kms = await startFakeKms(wrappingKey);
  opened.push(kms);
  return {
    config: () => ({ provider, keyId: wrappingKey, endpoint: kms.endpoint }),
    use: createAwsKmsKeyService({ keyId: wrappingKey, endpoint: kms.endpoint, unwrapTimeoutMs: 10_000 }),
  };
}

/** A vault that knows of no erasure: what it noted is gone with its disk. */
async function startForgetful(server: NatsFixture, keyService: KeyServiceConfig): Promise<void> {
  opened.push(await runVault(server, keyService, sealingSeed, `vault-${++started}`, { jobTimes, erasuresFile: null }));
}

async function emptyServer(store: string | null): Promise<NatsFixture> {
  const server = await startNatsFixture({ store, keys: nats.keys, roots: nats.roots });
  opened.push(server);
  return server;
}

/** Each way to copy what NATS holds, and to bring the copy up on a server of its own. */
const copies = {
  'the directory of the store': async () => {
    const store = await nats.copyStore();
    return () => emptyServer(store);
  },
  'stream backups through the JetStream API': async () => {
    const operator = await openStreamOperator(nats);
    const backups: StreamBackup[] = [];
    for (const stream of streams) backups.push(await operator.backUp(stream));
    operator.close();
    return async () => {
      const server = await emptyServer(null);
      const restoring = await openStreamOperator(server);
      for (const backup of backups) await restoring.restore(backup);
      restoring.close();
      return server;
    };
  },
  'a dump of keys and values': async () => {
    const vault = await nats.connect('vault');
    const names = ['connections', 'credentials', 'tenant_keys', 'vault_jobs'];
    const dump = new Map<string, Map<string, Uint8Array>>();
    for (const name of names) {
      const rows = new Map<string, Uint8Array>();
      for await (const { entries } of (await vault.bucket(name)).scan('>', { after: 0, pageRows: 100 }))
        for (const { key, value } of entries) rows.set(key, value);
      dump.set(name, rows);
    }
    return async () => {
      const server = await startNatsFixture({ keys: nats.keys, roots: nats.roots });
      opened.push(server);
      const writer = await server.connect('vault');
      for (const [name, rows] of dump)
        for (const [key, value] of rows) await (await writer.bucket(name)).put(key, value);
      return server;
    };
  },
};

const erased = { code: 'vault_unavailable', retryable: false, reason: 'erased' };

async function finished(admin: Messaging, { id, tenant }: VaultJob): Promise<void> {
  const look = async () => (await admin.request(routes.listVaultJobs, {}, { tenant })).jobs[0];
  await expect.poll(look, { timeout: 20_000 }).toMatchObject({ id, state: 'done' });
}

describe.each(['local', 'aws-kms'] as const)('a tenant that was erased, with keys wrapped by %s', (provider) => {
  it.each(Object.keys(copies) as (keyof typeof copies)[])(
    'is read from no copy of before: %s',
    async (copyName) => {
      const { config, use } = await wrapping(provider);
      opened.push({ stop: async () => use.close() });
      const [admin, executor, ingress] = [
        await nats.connect('admin'),
        await nats.connect('executor'),
        await nats.connect('webhook-ingress'),
      ];
      await startForgetful(nats, config());
      const owner = newId('webhookSource');
      const ids: { [tenant: string]: string[] } = {};
      for (const tenant of ['acme', 'globex']) {
        ids[tenant] = [];
        for (const token of ['one', 'two'])
          ids[tenant].push((await addThrough(admin, { type: 'bearer', token: `${tenant} ${token}` }, { tenant })).id);
        await keepThrough(ingress, { tenant, owner, value: `${tenant} secret` });
        await finished(admin, (await admin.request(routes.rotateTenantKey, {}, { tenant })).job);
      }
      const restore = await copies[copyName]();
      const patience = { timeout: 30_000, interval: 300 };
      for (const connection of ids.acme ?? []) await vi.waitFor(() => leaseThrough(executor, { connection }), patience);

      await vi.waitFor(() => admin.request(routes.listVaultJobs, {}, {}), patience);
      await finished(admin, (await admin.request(routes.eraseTenant, {}, { tenant: 'acme' })).job);

      // What came back is what was there, and the wrapping key is as it was.
      const restored = await restore();
      const keys = await (await restored.connect('vault')).bucket('tenant_keys');
      const rows = new Map<string, StoredTenantKey>();
      for (const tenant of ['acme', 'globex']) {
        const row = await keys.get(`${tenant}.2`);
        rows.set(tenant, StoredTenantKey.parse(JSON.parse(Buffer.from(row?.value ?? '').toString())));
      }
      await startForgetful(restored, config());
      const [lately, leasing, asking] = [
        await restored.connect('admin'),
        await restored.connect('executor'),
        await restored.connect('webhook-ingress'),
      ];
      for (const connection of ids.acme ?? [])
        expect(await failureOf(leaseThrough(leasing, { connection }))).toEqual(erased);
      expect(await failureOf(lendThrough(asking, { tenant: 'acme', owner }))).toEqual(erased);
      expect(await failureOf(addThrough(lately, { type: 'bearer', token: 'new' }))).toEqual(erased);

      // Others are what they were.
      for (const [i, connection] of (ids.globex ?? []).entries())
        expect((await leaseThrough(leasing, { tenant: 'globex', connection })).credential).toEqual({
          type: 'bearer',
          token: `globex ${['one', 'two'][i]}`,
        });
      expect(await lendThrough(asking, { tenant: 'globex', owner })).toEqual(['globex secret']);

      // No vault is needed to refuse it: the wrapping key alone makes nothing of what is stored, whatever it is asked with.
      const wrapped = Buffer.from(rows.get('acme')?.wrapped ?? '', 'base64');
      for (const bytes of [wrapped, wrapped.subarray(4), wrapped.subarray(16)])
        expect(await failureOf(use.unwrap(bytes, { tenant: 'acme', version: 2 }))).toMatchObject({
          reason: 'tenant_key',
        });
      // And nothing is left of the root where it was.
      expect(readdirSync(nats.roots).filter((file) => file.startsWith('acme.'))).toEqual(['acme.destroyed']);
      expect(readFileSync(`${nats.roots}/acme.destroyed`)).toHaveLength(0);
      expect(readdirSync(nats.roots)).toContain('globex.root');
      // Not even that it was destroyed needs to be known.
      rmSync(`${nats.roots}/acme.destroyed`);
      const parts = await openVaultParts(restored, { keyService: use });
      for (const id of ids.acme ?? [])
        expect(await failureOf(parts.tokenOf('acme', id))).toMatchObject({ retryable: false, reason: 'tenant_key' });
      expect(await parts.tokenOf('globex', ids.globex?.[0] ?? '')).toBe('globex one');

      // The log says what was done, and nothing is missing from it.
      const isDone = (type: string) => type === 'dev.patchbay.vault.erase_tenant';
      const log = await readAuditLog(nats, (events) => events.filter(({ type }) => isDone(type)).length === 2);
      expect(log.wrong).toEqual([]);
      expect(log.sequences).toEqual(Array.from(log.sequences, (_, i) => i + 1));
      expect(openIntents(log.events)).toEqual([]);
      expect(log.events.filter(({ type }) => isDone(type)).map(({ data }) => data.outcome)).toEqual([
        'intent',
        'succeeded',
      ]);
      expect(log.events.filter(({ type }) => type === 'dev.patchbay.connection.added')).toHaveLength(8);
      if (copyName !== 'a dump of keys and values') {
        const older = await readAuditLog(restored, (events) => events.length > 0);
        expect(older.wrong).toEqual([]);
        expect(older.events.some(({ tenant }) => tenant === 'acme')).toBe(true);
      }
    },
    120_000,
  );
});

it('a tenant is refused at once though the directory of roots is away, and erased when it is back', async () => {
  const { config } = await wrapping('local');
  await startForgetful(nats, config());
  const [admin, executor] = [await nats.connect('admin'), await nats.connect('executor')];
  for (const tenant of ['acme', 'globex']) {
    await addThrough(admin, { type: 'bearer', token: tenant }, { tenant });
    await leaseThrough(executor, { tenant });
  }
  const elsewhere = `${nats.dir}/elsewhere`;
  renameSync(nats.roots, elsewhere);
  const { job } = await admin.request(routes.eraseTenant, {}, { tenant: 'acme' });
  const look = async () => (await admin.request(routes.listVaultJobs, {}, { tenant: 'acme' })).jobs[0];
  await expect
    .poll(look)
    .toMatchObject({ state: 'running', keys_destroyed: 1, error: expect.stringContaining('roots') });
  expect(await failureOf(leaseThrough(executor))).toEqual(erased);
  // Keys that are held serve on; another takes a root.
  expect((await leaseThrough(executor, { tenant: 'globex' })).credential).toEqual({ type: 'bearer', token: 'globex' });
  expect(await failureOf(addThrough(admin, { type: 'bearer', token: 'i' }, { tenant: 'initech' }))).toEqual({
    code: 'vault_unavailable',
    retryable: true,
    reason: 'roots_away',
  });

  renameSync(elsewhere, nats.roots);
  await finished(admin, job);
  expect(readdirSync(nats.roots).sort()).toEqual(['acme.destroyed', 'globex.root', 'id']);
  await vi.waitFor(() => addThrough(admin, { type: 'bearer', token: 'i' }, { tenant: 'initech' }));
}, 60_000);
