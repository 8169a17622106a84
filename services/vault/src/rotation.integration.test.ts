import { routes, StoredVaultJob, type VaultJob } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../test/failure-of.ts';
import { forkVault } from '../test/killable-vault.ts';
import { startKilledVaults } from '../test/killed-at-work.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { startReaders } from '../test/readers.ts';
import { seedCredentials } from '../test/seed-credentials.ts';
import { inTurns, openVaultParts, type VaultParts } from '../test/vault-parts.ts';
import type { ConnectionRecord } from './domain/connection-record.ts';
import { bindingOf } from './operations/open-credential.ts';
import { replaceCredential } from './operations/replace-credential.ts';

/** How many credentials are rotated; 100,000 take some minutes. */
const credentials = Number(process.env.PATCHBAY_TEST_ROTATED ?? 400);
/** Each costs a vault's start. */
const kills = credentials < 5_000 ? 10 : 20;
/** Above what a vault has that rotates nothing, however many it rotates: pages of rows, and the garbage of encrypting. */
const mostBytesMore = 256 * 2 ** 20;
const sealingSeed = createSealingSeed();
let nats: NatsFixture;
let admin: Messaging;
let parts: VaultParts;
let vaults: Awaited<ReturnType<typeof startKilledVaults>>;

beforeAll(async () => {
  nats = await startNatsFixture();
  admin = await nats.connect('admin');
  parts = await openVaultParts(nats);
  vaults = await startKilledVaults({
    messaging: parts.messaging,
    start: (instance) => forkVault(nats, sealingSeed, instance),
  });
}, 60_000);

afterAll(async () => {
  await vaults?.stop();
  await nats?.stop();
});

/** Follows the tenant's job. */
async function followJob(tenant: string, onChange: (job: VaultJob) => void) {
  const bucket = await parts.messaging.bucket('vault_jobs');
  return bucket.watch(tenant, ({ value }) => {
    if (value !== null) onChange(StoredVaultJob.parse(JSON.parse(Buffer.from(value).toString())).job);
  });
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

async function rotate(tenant: string): Promise<VaultJob> {
  const ended = Promise.withResolvers<VaultJob>();
  const { job } = await admin.request(routes.rotateTenantKey, {}, { tenant });
  const following = await followJob(
    tenant,
    (now) => now.id === job.id && now.state !== 'running' && ended.resolve(now),
  );
  return ended.promise.finally(() => following.unsubscribe());
}

/** Where the kill of that number is due: at once, spread over the rows, and at last while it waits for writers. */
function isDue({ step, done }: VaultJob, killed: number): boolean {
  if (killed >= kills) return false;
  return killed === kills - 1 ? step === 'waits for writers' : done >= (killed / (kills - 1)) * credentials;
}

/** Ids of credentials that are not what was stored, or not under the version of the tenant's key. */
async function wrongOnes(vault: VaultParts, expected: ReadonlyMap<string, string>, version: number): Promise<string[]> {
  const records = new Map<string, ConnectionRecord>();
  for await (const { rows } of vault.connections.scan('acme', 0))
    for (const { value } of rows) records.set(value.id, value);
  const right = new Set<string>();
  for await (const { rows } of vault.credentials.scan('acme', 0))
    await inTurns(rows, 64, async ({ connection, version: of, value }) => {
      const record = records.get(connection);
      if (record?.credential_version !== of || value?.tenant_key_version !== version) return;
      const credential = JSON.parse((await vault.cipher.decrypt(bindingOf(record), value)).toString());
      if (credential.token === expected.get(connection)) right.add(connection);
    });
  return [...expected.keys()].filter((id) => !right.has(id));
}

describe('rotating a tenant key', () => {
  it(
    `brings every credential under the new key while they are read, though each vault that works on it is killed`,
    async ({ annotate }) => {
      const startedAt = performance.now();
      const tokens = Array.from({ length: credentials }, (_, i) => `token-${i}`);
      const ids = await seedCredentials(parts, 'acme', tokens);
      const expected = new Map(ids.map((id, i) => [id, tokens[i] as string]));
      const oldRow = await (await parts.messaging.bucket('credentials')).get(`acme.${ids[0]}.1`);
      const idleBytes = vaults.peakBytes();
      const seededAt = performance.now();

      // Readers that hold keys for as long as vaults do, and hear no broadcast.
      const reader = await openVaultParts(nats);
      const readers = startReaders({
        lanes: 4,
        restMs: 20,
        names: ids,
        read: (id) => reader.tokenOf('acme', id),
        isRight: (id, token) => token === expected.get(id) || token === `${expected.get(id)}-next`,
      });
      const { points, ended } = await vaults.follow('acme', isDue);
      // The vault that is asked is killed at once: its answer goes with it.
      admin.request(routes.rotateTenantKey, {}, { tenant: 'acme' }).catch(() => {});

      // Meanwhile credentials change, and new ones come.
      const changed = ids.slice(-5);
      await inTurns(changed, 1, (id) =>
        replaceCredential(
          parts,
          { tenant: 'acme', id, seen: null },
          { type: 'bearer', token: `${expected.get(id)}-next` },
        ),
      );
      const late = await parts.add('acme', ['late-1', 'late-2']);
      for (const id of changed) expected.set(id, `${expected.get(id)}-next`);
      for (const [i, { id }] of late.entries()) expected.set(id, `late-${i + 1}`);

      const job = await ended;
      await readers.stop();
      const [rotatedAt, bytesMore] = [performance.now(), vaults.peakBytes() - idleBytes];
      expect(job).toMatchObject({ state: 'done', target_version: 2, error: null });
      expect(job.takeovers).toBeGreaterThanOrEqual(kills);
      expect(points).toHaveLength(kills);
      expect(readers.reads.failed).toEqual([]);
      expect(readers.reads.done).toBeGreaterThan(kills);
      expect(bytesMore).toBeLessThan(mostBytesMore);

      // Everything is under the new key, says what it said, and the old key is gone.
      const fresh = await openVaultParts(nats);
      expect(await wrongOnes(fresh, expected, 2)).toEqual([]);
      expect(await fresh.keyStore.list('acme')).toEqual([2]);
      await annotate(
        `${credentials} credentials: stored in ${seconds(seededAt - startedAt)}, rotated in ${seconds(rotatedAt - seededAt)} with ${points.length} kills at ${points.map(({ done }) => done).join(', ')}, read anew in ${seconds(performance.now() - rotatedAt)}; ${readers.reads.done} reads, ${readers.reads.failed.length} failed; a vault at most ${Math.round(bytesMore / 2 ** 20)} MiB above one that rotates nothing (${Math.round(idleBytes / 2 ** 20)} MiB)`,
      );

      // A row of before, put back, is refused: in a fresh vault and in one that held the old key.
      const bucket = await parts.messaging.bucket('credentials');
      const key = `acme.${ids[0]}.1`;
      const row = await bucket.get(key);
      await bucket.put(key, oldRow?.value ?? '');
      for (const vault of [fresh, await openVaultParts(nats)])
        expect(await failureOf(vault.tokenOf('acme', ids[0] ?? ''))).toEqual({
          code: 'vault_unavailable',
          retryable: false,
          reason: 'tenant_key',
        });
      await bucket.put(key, row?.value ?? '');
    },
    Math.max(300_000, credentials * 60),
  );

  it('can be done again and again, and names the one under way', async () => {
    const [one] = await parts.add('globex', ['g']);
    const [first, second] = await Promise.all([rotate('globex'), rotate('globex')]);
    expect(second.id).toBe(first.id);
    expect((await rotate('globex')).target_version).toBe(3);
    expect(await (await openVaultParts(nats)).tokenOf('globex', one?.id ?? '')).toBe('g');
    const { jobs } = await admin.request(routes.listVaultJobs, {}, { tenant: 'globex' });
    expect(jobs).toMatchObject([{ kind: 'rotate_tenant_key', state: 'done', target_version: 3 }]);
    expect(await failureOf(admin.request(routes.rotateTenantKey, {}, { tenant: 'nobody' }))).toMatchObject({
      code: 'invalid_request',
    });
  }, 60_000);

  it('keeps both keys when a stored credential is damaged, and says which', async () => {
    const added = await parts.add('broken', ['a', 'b', 'c']);
    const bucket = await parts.messaging.bucket('credentials');
    const [whole, other] = [await bucket.get(`broken.${added[1]?.id}.1`), await bucket.get(`broken.${added[2]?.id}.1`)];
    await bucket.put(`broken.${added[1]?.id}.1`, other?.value ?? '');
    const failed = await rotate('broken');
    expect(failed.state).toBe('failed');
    expect(failed.error).toContain(added[1]?.id);
    expect((await parts.keyStore.list('broken')).sort()).toEqual([1, 2]);
    await bucket.put(`broken.${added[1]?.id}.1`, whole?.value ?? '');
    expect(await rotate('broken')).toMatchObject({ state: 'done', target_version: 3 });
    const fresh = await openVaultParts(nats);
    expect(await Promise.all(added.map(({ id }) => fresh.tokenOf('broken', id)))).toEqual(['a', 'b', 'c']);
    expect(await fresh.keyStore.list('broken')).toEqual([3]);
  }, 60_000);

  it('starts nothing for a job that no vault wrote, and goes on with none that was moved to another tenant', async () => {
    await parts.add('forged', ['f']);
    const bucket = await parts.messaging.bucket('vault_jobs');
    const genuine = await bucket.get('globex');
    const stored = StoredVaultJob.parse(JSON.parse(Buffer.from(genuine?.value ?? '').toString()));
    for (const text of [
      Buffer.from(genuine?.value ?? '').toString(),
      JSON.stringify({ ...stored, job: { ...stored.job, tenant: 'forged', state: 'running' } }),
      Buffer.from(genuine?.value ?? '')
        .toString()
        .slice(0, -9),
    ]) {
      await bucket.put('forged', text);
      expect(await failureOf(admin.request(routes.rotateTenantKey, {}, { tenant: 'forged' }))).toMatchObject({
        code: 'vault_unavailable',
        reason: 'damaged_record',
      });
    }
    expect(await parts.keyStore.list('forged')).toEqual([1]);
  });
});
