import { cpSync, readdirSync } from 'node:fs';
import { routes, type VaultJob } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { type FakeKms, startFakeKms } from '@patchbay/testkit/kms';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuditLog, readAuditLog } from '../test/audit-log.ts';
import { withAwsEnvironment } from '../test/aws-environment.test-support.ts';
import { failureOf } from '../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { addThrough, leaseThrough, type RunningVault, runVault } from '../test/running-vault.ts';
import { openVaultParts } from '../test/vault-parts.ts';
import type { KeyServiceConfig, VaultConfig } from './main.ts';

const sealingSeed = createSealingSeed();
const jobTimes = { takeoverMs: 300, beatMs: 20, retryMs: 50, settleMs: 100 };
const opened: { stop(): Promise<void> }[] = [];
let started = 0;
let nats: NatsFixture;

withAwsEnvironment();
beforeEach(async () => {
  nats = await startNatsFixture();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.stop();
  await nats?.stop();
});

function local(): KeyServiceConfig {
  return { provider: 'local', rootKey: readKeyFile(nats.keys.localKmsKeyFile) };
}

async function startOn(
  server: NatsFixture,
  keyService: KeyServiceConfig,
  more: Partial<VaultConfig> = {},
): Promise<RunningVault> {
  const vault = await runVault(server, keyService, sealingSeed, `vault-${++started}`, { jobTimes, ...more });
  opened.push(vault);
  return vault;
}

/** A server of its own on a copy of a store. */
async function restore(
  store: string,
  roots = nats.roots,
): Promise<NatsFixture & { admin: Messaging; executor: Messaging }> {
  const restored = await startNatsFixture({ store, keys: nats.keys, roots });
  opened.push(restored);
  return { ...restored, admin: await restored.connect('admin'), executor: await restored.connect('executor') };
}

/** The server was stopped: each connection comes back by itself, at a moment of its own. */
async function untilBack(admin: Messaging, executor: Messaging, connection: string): Promise<void> {
  const patience = { timeout: 30_000, interval: 300 };
  await vi.waitFor(() => leaseThrough(executor, { connection }), patience);
  await vi.waitFor(() => admin.request(routes.listVaultJobs, {}, { tenant: 'acme' }), patience);
}

async function erase(admin: Messaging): Promise<VaultJob> {
  const { job } = await admin.request(routes.eraseTenant, {}, { tenant: 'acme' });
  const look = async () => (await admin.request(routes.listVaultJobs, {}, { tenant: 'acme' })).jobs[0];
  await expect.poll(look, { timeout: 20_000 }).toMatchObject({ id: job.id, state: 'done' });
  return job;
}

describe('a store of before an erasure, restored after it', () => {
  it('gives nothing of the tenant to a vault that notes erasures apart, which erases it there anew', async () => {
    const [admin, executor] = [await nats.connect('admin'), await nats.connect('executor')];
    const erasuresFile = `${nats.dir}/erasures`;
    const first = await startOn(nats, local(), { erasuresFile });
    const ids: string[] = [];
    for (const token of ['a', 'b', 'c'])
      ids.push((await addThrough(admin, { type: 'bearer', token }, { label: 'Ann Smith' })).id);
    await addThrough(admin, { type: 'bearer', token: 'g' }, { tenant: 'globex' });
    const store = await nats.copyStore();
    const roots = `${nats.dir}/roots-of-before`;
    cpSync(nats.roots, roots, { recursive: true });
    await untilBack(admin, executor, ids[0] as string);
    await erase(admin);
    await first.stop();

    // That the copy is worth something: whoever kept the tenant's root as well reads it.
    const forgetful = await restore(store, roots);
    await startOn(forgetful, local());
    const lease = await leaseThrough(forgetful.executor, { connection: ids[0] as string });
    expect(lease.credential).toEqual({ type: 'bearer', token: 'a' });

    // With the list, also where the root was brought back with the store.
    const restored = await restore(store, roots);
    expect(readdirSync(roots)).toContain('acme.root');
    const vault = await startOn(restored, local(), { erasuresFile });
    expect(readdirSync(roots)).not.toContain('acme.root');
    for (const connection of ids)
      expect(await failureOf(leaseThrough(restored.executor, { connection }))).toSatisfy(isRefusal);
    const job = async () => (await restored.admin.request(routes.listVaultJobs, {}, { tenant: 'acme' })).jobs[0];
    await expect
      .poll(job, { timeout: 20_000 })
      .toMatchObject({ kind: 'erase_tenant', state: 'done', begun_by: 'vault', keys_destroyed: 1, done: 3 });
    expect(vault.log()).toContain('what was erased is in the store again');

    // From then on also a vault that knows nothing of it, and nothing personal is left.
    await vault.stop();
    await startOn(restored, local());
    for (const connection of ids)
      expect(await failureOf(leaseThrough(restored.executor, { connection }))).toSatisfy(isRefusal);
    const parts = await openVaultParts(restored);
    expect(await parts.keyStore.list('acme')).toEqual([]);
    for await (const { rows } of parts.credentials.scan('acme', 0)) expect(rows).toEqual([]);
    for await (const { rows } of parts.connections.scan('acme', 0))
      expect(rows.map(({ value }) => [value.status, value.label])).toEqual(ids.map(() => ['revoked', '']));
    const kept = await leaseThrough(restored.executor, { tenant: 'globex' });
    expect(kept.credential).toEqual({ type: 'bearer', token: 'g' });
    const erasures = (events: AuditLog['events']) =>
      events
        .filter(({ type }) => type === 'dev.patchbay.vault.erase_tenant')
        .map(({ data }) => `${data.outcome} ${data.actor.kind}`);
    const log = await readAuditLog(restored, (events) => erasures(events).length === 2);
    expect(erasures(log.events)).toEqual(['intent service', 'succeeded service']);
    expect(log.wrong).toEqual([]);
  }, 90_000);

  it('does not lend an erased connection either, and rotates the key that came back with it', async () => {
    const [admin, executor] = [await nats.connect('admin'), await nats.connect('executor')];
    const erasuresFile = `${nats.dir}/erased-connections`;
    const first = await startOn(nats, local(), { erasuresFile });
    const ids: string[] = [];
    for (const token of ['a', 'b', 'kept']) ids.push((await addThrough(admin, { type: 'bearer', token })).id);
    const [a, b, kept] = ids as [string, string, string];
    const store = await nats.copyStore();
    await untilBack(admin, executor, a);
    const jobOn = async (server: Messaging) =>
      (await server.request(routes.listVaultJobs, {}, { tenant: 'acme' })).jobs[0];
    for (const connection of [a, b]) {
      const { job } = await admin.request(routes.eraseConnection, {}, { tenant: 'acme', connection });
      await expect.poll(() => jobOn(admin), { timeout: 20_000 }).toMatchObject({ id: job.id, state: 'done' });
    }
    await first.stop();

    const restored = await restore(store);
    const copied = await openVaultParts(restored);
    expect(await copied.tokenOf('acme', a)).toBe('a');
    const row = await (await copied.messaging.bucket('credentials')).get(`acme.${a}.1`);
    await startOn(restored, local(), { erasuresFile });
    for (const connection of [a, b])
      expect(await failureOf(leaseThrough(restored.executor, { connection }))).toMatchObject({
        code: 'connection_missing',
      });
    await expect
      .poll(() => jobOn(restored.admin), { timeout: 20_000 })
      .toMatchObject({ kind: 'erase_connection', state: 'done', begun_by: 'vault', keys_destroyed: 1 });
    // A copy of the row is of no use any more.
    await (await copied.messaging.bucket('credentials')).put(`acme.${a}.1`, row?.value ?? '');
    expect(await failureOf((await openVaultParts(restored)).tokenOf('acme', a))).toMatchObject({
      reason: 'tenant_key',
    });
    expect((await leaseThrough(restored.executor, { connection: kept })).credential).toEqual({
      type: 'bearer',
      token: 'kept',
    });
    expect((await leaseThrough(restored.executor)).connection).toBe(kept);
  }, 90_000);

  it('decrypts for nobody who may use the wrapping keys, once the one of before is disabled; others live on', async () => {
    const [oldKey, newKey] = ['arn:aws:kms:eu-west-1:1111:key/0a1b', 'arn:aws:kms:eu-west-1:1111:key/2c3d'];
    const kms: FakeKms = await startFakeKms(oldKey);
    opened.push(kms);
    kms.addKey(newKey);
    const aws = (keyId: string, previousKeyId?: string): KeyServiceConfig => ({
      provider: 'aws-kms',
      keyId,
      endpoint: kms.endpoint,
      ...(previousKeyId !== undefined && { previousKeyId }),
    });
    const [admin, executor] = [await nats.connect('admin'), await nats.connect('executor')];
    const before = await startOn(nats, aws(oldKey));
    const { id } = await addThrough(admin, { type: 'bearer', token: 'a' });
    await addThrough(admin, { type: 'bearer', token: 'g' }, { tenant: 'globex' });
    const store = await nats.copyStore();
    await untilBack(admin, executor, id);
    await erase(admin);
    await before.stop();
    const after = await startOn(nats, aws(newKey, oldKey));
    await admin.request(routes.rewrapKeys, {}, {});
    const look = async () => (await admin.request(routes.listVaultJobs, {}, { tenant: 'all' })).jobs[0];
    await expect.poll(look, { timeout: 20_000 }).toMatchObject({ kind: 'rewrap_keys', state: 'done' });
    kms.setState(oldKey, 'PendingDeletion');
    const present = await (await (await nats.connect('vault')).bucket('tenant_keys')).get('globex.1');
    await after.stop();

    // Without any ledger, and with the right to use both keys.
    const restored = await restore(store);
    await startOn(restored, aws(newKey, oldKey));
    for (const tenant of ['acme', 'globex'])
      expect(await failureOf(leaseThrough(restored.executor, { tenant }))).toMatchObject({ code: 'vault_unavailable' });

    // The keys of today bring the others back, credentials of before included.
    const keys = await (await restored.connect('vault')).bucket('tenant_keys');
    await keys.put('globex.1', present?.value ?? '');
    const lease = await vi.waitFor(() => leaseThrough(restored.executor, { tenant: 'globex' }), {
      timeout: 20_000,
      interval: 300,
    });
    expect(lease.credential).toEqual({ type: 'bearer', token: 'g' });
    expect(await failureOf(leaseThrough(restored.executor))).toMatchObject({ code: 'vault_unavailable' });
  }, 90_000);
});

/** As erased or, when the erasure has come so far, as a connection that is not there. */
function isRefusal({ code, reason }: { code: string; reason?: string }): boolean {
  return reason === 'erased' || code === 'connection_missing';
}
