import { randomBytes } from 'node:crypto';
import { routes, StoredTenantKey, type VaultJob } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { type FakeKms, startFakeKms } from '@patchbay/testkit/kms';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { withAwsEnvironment } from '../test/aws-environment.test-support.ts';
import { failureOf } from '../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { addThrough, leaseThrough, runVault } from '../test/running-vault.ts';
import type { KeyServiceConfig } from './main.ts';

const sealingSeed = createSealingSeed();
const tenants = ['acme', 'globex', 'initech'];
const oldKey = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b';
let kms: FakeKms;
let nats: NatsFixture;
let admin: Messaging;
let executor: Messaging;
let run = 0;

withAwsEnvironment();
beforeEach(async () => {
  await nats?.stop();
  await kms?.stop();
  kms = await startFakeKms(oldKey);
  nats = await startNatsFixture();
  [admin, executor] = await Promise.all([nats.connect('admin'), nats.connect('executor')]);
});
afterAll(async () => {
  await nats?.stop();
  await kms?.stop();
});

const aws = (keyId: string, previousKeyId?: string): KeyServiceConfig => ({
  provider: 'aws-kms',
  keyId,
  endpoint: kms.endpoint,
  ...(previousKeyId !== undefined && { previousKeyId }),
});

/** Runs `work` against a vault that has unwrapped no key yet. */
async function withVault(keyService: KeyServiceConfig, work: () => Promise<void>): Promise<void> {
  const jobTimes = { takeoverMs: 300, beatMs: 20, retryMs: 100, settleMs: 50 };
  const vault = await runVault(nats, keyService, sealingSeed, `vault-${++run}`, { jobTimes });
  await work().finally(() => vault.stop());
}

const addAll = async () => {
  for (const tenant of tenants) await addThrough(admin, { type: 'bearer', token: tenant }, { tenant });
};
const leaseEach = () =>
  Promise.all(tenants.map(async (tenant) => (await leaseThrough(executor, { tenant })).credential));
/** A busy machine may take longer for an answer of KMS than a lease has time for: then once more. */
const leaseAll = () => vi.waitFor(leaseEach, { timeout: 10_000, interval: 600 });
const all = tenants.map((token) => ({ type: 'bearer', token }));

async function rewrap(): Promise<VaultJob> {
  const { job } = await admin.request(routes.rewrapKeys, {}, {});
  const look = async () =>
    (await admin.request(routes.listVaultJobs, {}, { tenant: 'all' })).jobs.find(({ id }) => id === job.id);
  // The vault hears of its own job a moment later.
  await expect.poll(async () => (await look())?.state ?? 'running', { timeout: 20_000 }).not.toBe('running');
  return (await look()) as VaultJob;
}

async function storedKey(tenant: string) {
  const bucket = await (await nats.connect('vault')).bucket('tenant_keys');
  const entry = await bucket.get(`${tenant}.1`);
  return { bucket, entry, key: StoredTenantKey.parse(JSON.parse(Buffer.from(entry?.value ?? '').toString())) };
}

describe('wrapping tenant keys under another key', () => {
  it('re-encrypts each in AWS KMS, naming its source; then the old key can go, and copies wrapped by it are dead', async () => {
    const newKey = 'arn:aws:kms:eu-west-1:111122223333:key/2c3d';
    kms.addKey(newKey);
    await withVault(aws(oldKey), addAll);
    const { entry: before } = await storedKey('acme');
    await withVault(aws(newKey, oldKey), async () => {
      expect(await leaseAll()).toEqual(all);
      expect(await rewrap()).toMatchObject({ state: 'done', kind: 'rewrap_keys', total: 3, target_key: newKey });
      expect(kms.calls.filter(({ operation }) => operation === 'ReEncrypt')).toHaveLength(3);
      expect(await leaseAll()).toEqual(all);
    });
    kms.setState(oldKey, 'Disabled');
    await withVault(aws(newKey), async () => {
      expect(await leaseAll()).toEqual(all);
      expect((await rewrap()).state).toBe('done');
    });
    const { bucket, key } = await storedKey('acme');
    expect(key.key_id).toBe(newKey);
    await bucket.put('acme.1', before?.value ?? '');
    for (const service of [aws(newKey), aws(newKey, oldKey)])
      await withVault(service, async () => {
        expect(await failureOf(leaseThrough(executor, { tenant: 'acme' }))).toMatchObject({
          code: 'vault_unavailable',
        });
      });
  });

  it.each(['throttling', 'failing', 'dead'] as const)('waits while KMS is %s, and goes on', async (mood) => {
    const newKey = 'alias/next';
    kms.addKey(newKey);
    await withVault(aws(oldKey), addAll);
    await withVault(aws(newKey, oldKey), async () => {
      kms.mood = mood;
      const { job } = await admin.request(routes.rewrapKeys, {}, {});
      const look = async () => (await admin.request(routes.listVaultJobs, {}, { tenant: 'all' })).jobs[0];
      await expect
        .poll(look, { timeout: 10_000 })
        .toMatchObject({ id: job.id, state: 'running', error: expect.stringContaining('Waits') });
      kms.mood = 'well';
      await expect.poll(look, { timeout: 10_000 }).toMatchObject({ id: job.id, state: 'done', error: null });
      expect(await leaseAll()).toEqual(all);
    });
  });

  it('wraps nothing that was exchanged between tenants, and says so', async () => {
    kms.addKey('alias/next');
    await withVault(aws(oldKey), addAll);
    const [acme, globex] = [await storedKey('acme'), await storedKey('globex')];
    await acme.bucket.put('acme.1', JSON.stringify({ ...acme.key, wrapped: globex.key.wrapped }));
    await withVault(aws('alias/next', oldKey), async () => {
      const job = await rewrap();
      expect(job).toMatchObject({ state: 'failed', done: 3 });
      expect(job.error).toContain('acme.1');
    });
    expect((await storedKey('globex')).key.key_id).toBe('alias/next');
    expect((await storedKey('acme')).key.key_id).toBe(oldKey);
  });

  it('unwraps with the replica of a multi-Region key what was wrapped under it in another Region, and wraps nothing anew', async () => {
    const [here, there] = ['eu-west-1', 'us-east-1'].map((region) => `arn:aws:kms:${region}:1111:key/mrk-12ab`) as [
      string,
      string,
    ];
    kms.addKey(here);
    kms.addReplica(there, here);
    await withVault(aws(here), addAll);
    kms.setState(here, 'PendingDeletion');
    await withVault(aws(there), async () => {
      expect(await leaseAll()).toEqual(all);
      expect((await rewrap()).state).toBe('done');
    });
    expect((await storedKey('acme')).key.key_id).toBe(here);
  });

  it('goes from one local key file to another', async () => {
    const [one, two] = [randomBytes(32), randomBytes(32)];
    const local = (rootKey: Buffer, previousRootKey?: Buffer): KeyServiceConfig => ({
      provider: 'local',
      rootKey: Buffer.from(rootKey),
      ...(previousRootKey !== undefined && { previousRootKey: Buffer.from(previousRootKey) }),
    });
    await withVault(local(one), addAll);
    await withVault(local(two), async () => {
      expect(await failureOf(leaseEach())).toMatchObject({ reason: 'tenant_key' });
    });
    await withVault(local(two, one), async () => {
      expect(await leaseAll()).toEqual(all);
      expect((await rewrap()).state).toBe('done');
    });
    await withVault(local(two), async () => expect(await leaseAll()).toEqual(all));
    await withVault(local(one), async () => {
      expect(await failureOf(leaseEach())).toMatchObject({ reason: 'tenant_key' });
    });
  });
});
