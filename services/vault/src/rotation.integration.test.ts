import type { ChildProcess } from 'node:child_process';
import { routes, StoredVaultJob, type VaultJob } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../test/failure-of.ts';
import { forkVault } from '../test/killable-vault.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { inTurns, openVaultParts, type VaultParts } from '../test/vault-parts.ts';
import { replaceCredential } from './operations/replace-credential.ts';

/** How many credentials are rotated; 100,000 take some minutes. */
const credentials = Number(process.env.PATCHBAY_TEST_ROTATED ?? 400);
const kills = 20;
const sealingSeed = createSealingSeed();
const vaults = new Map<string, ChildProcess>();
let nats: NatsFixture;
let admin: Messaging;
let parts: VaultParts;
let started = 0;

async function addVault(): Promise<void> {
  const instance = `vault-${++started}`;
  vaults.set(instance, await forkVault(nats, sealingSeed, instance));
}

beforeAll(async () => {
  nats = await startNatsFixture();
  admin = await nats.connect('admin');
  parts = await openVaultParts(nats);
  await Promise.all([addVault(), addVault()]);
}, 60_000);

afterAll(async () => {
  for (const child of vaults.values()) child.kill('SIGKILL');
  await nats?.stop();
});

/** Follows the tenant's job. */
async function followJob(tenant: string, onChange: (job: VaultJob) => void) {
  const bucket = await parts.messaging.bucket('vault_jobs');
  return bucket.watch(tenant, ({ value }) => {
    if (value !== null) onChange(StoredVaultJob.parse(JSON.parse(Buffer.from(value).toString())).job);
  });
}

async function rotate(tenant: string): Promise<VaultJob> {
  const ended = Promise.withResolvers<VaultJob>();
  const { job } = await admin.request(routes.rotateTenantKey, {}, { tenant });
  const following = await followJob(
    tenant,
    (now) => now.id === job.id && now.state !== 'running' && ended.resolve(now),
  );
  return ended.promise.finally(() => following.unsubscribe());
}

describe('rotating a tenant key', () => {
  it(
    `brings every credential under the new key while they are read, though each vault that works on it is killed`,
    async () => {
      const tokens = Array.from({ length: credentials }, (_, i) => `token-${i}`);
      const added = await parts.add('acme', tokens);
      const expected = new Map(added.map(({ id }, i) => [id, tokens[i] as string]));
      const oldRow = await (await parts.messaging.bucket('credentials')).get(`acme.${added[0]?.id}.1`);

      // Readers that hold keys for as long as vaults do, and hear no broadcast.
      const reader = await openVaultParts(nats);
      const reads = { done: 0, failed: [] as unknown[], over: false };
      const reading = Array.from({ length: 4 }, async (_, lane) => {
        for (let i = lane; !reads.over; i += 7) {
          const { id } = added[i % added.length] as { id: string };
          const found = await reader.tokenOf('acme', id).catch((error: unknown) => error);
          if (found !== expected.get(id) && found !== `${expected.get(id)}-next`) reads.failed.push(found);
          reads.done++;
        }
      });

      // Whoever works on it is killed, at another moment each time.
      const points: string[] = [];
      const ended = Promise.withResolvers<VaultJob>();
      let changes = 0;
      let owner = '';
      const following = await followJob('acme', (job) => {
        if (job.state !== 'running') return ended.resolve(job);
        if (job.instance !== owner) [owner, changes] = [job.instance, 0];
        const child = vaults.get(job.instance);
        if (points.length >= kills || child === undefined || ++changes < 2 + (points.length % 3)) return;
        child.kill('SIGKILL');
        vaults.delete(job.instance);
        points.push(`${job.step} ${job.done}`);
        void addVault();
      });
      await admin.request(routes.rotateTenantKey, {}, { tenant: 'acme' });

      // Meanwhile credentials change, and new ones come.
      const changed = added.slice(-5);
      await inTurns(changed, 1, ({ id }) =>
        replaceCredential(
          parts,
          { tenant: 'acme', id, seen: null },
          { type: 'bearer', token: `${expected.get(id)}-next` },
        ),
      );
      const late = await parts.add('acme', ['late-1', 'late-2']);
      for (const { id } of changed) expected.set(id, `${expected.get(id)}-next`);
      for (const [i, { id }] of late.entries()) expected.set(id, `late-${i + 1}`);

      const job = await ended.promise;
      reads.over = true;
      await Promise.all(reading);
      following.unsubscribe();
      expect(job).toMatchObject({ state: 'done', target_version: 2, error: null });
      expect(job.takeovers).toBeGreaterThanOrEqual(kills);
      expect(points).toHaveLength(kills);
      expect(reads.failed).toEqual([]);
      expect(reads.done).toBeGreaterThan(kills);

      // Everything is under the new key, says what it said, and the old key is gone.
      const fresh = await openVaultParts(nats);
      const wrong = await inTurns([...expected], 16, async ([id, token]) => {
        const found = await fresh.connections.get('acme', id);
        const row = await fresh.credentials.get('acme', id, found?.value.credential_version ?? 0);
        return (await fresh.tokenOf('acme', id)) === token && row?.tenant_key_version === 2 ? [] : [id];
      });
      expect(wrong.flat()).toEqual([]);
      expect(await fresh.keyStore.list('acme')).toEqual([2]);

      // A row of before, put back, is refused: in a fresh vault and in one that held the old key.
      const bucket = await parts.messaging.bucket('credentials');
      const key = `acme.${added[0]?.id}.1`;
      const row = await bucket.get(key);
      await bucket.put(key, oldRow?.value ?? '');
      for (const vault of [fresh, await openVaultParts(nats)])
        expect(await failureOf(vault.tokenOf('acme', added[0]?.id ?? ''))).toEqual({
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
