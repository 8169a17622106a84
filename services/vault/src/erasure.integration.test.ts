import { events, type LeaseRevoked, routes, type VaultJob } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditLog, openIntents, readAuditLog } from '../test/audit-log.ts';
import { failureOf } from '../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { addThrough, leaseThrough, type RunningVault, runVault } from '../test/running-vault.ts';
import { openVaultParts, type VaultParts } from '../test/vault-parts.ts';

const sealingSeed = createSealingSeed();
const jobTimes = { takeoverMs: 300, beatMs: 20, retryMs: 50, settleMs: 100 };
const vaults: RunningVault[] = [];
let nats: NatsFixture;
let admin: Messaging;
let executor: Messaging;
let parts: VaultParts;
const tokens = ['a', 'b', 'c'].map((name) => `canary-${name}-9b27/secret+value`);
/** What was stored of the tenant before its erasure, by bucket. */
let copies: Record<'credentials' | 'connections' | 'tenant_keys', Map<string, Uint8Array>>;

async function addVault(): Promise<void> {
  const keyService = { provider: 'local' as const, rootKey: readKeyFile(nats.keys.localKmsKeyFile) };
  vaults.push(await runVault(nats, keyService, sealingSeed, `vault-${vaults.length + 1}`, { jobTimes }));
}

beforeAll(async () => {
  nats = await startNatsFixture();
  [admin, executor] = await Promise.all([nats.connect('admin'), nats.connect('executor')]);
  parts = await openVaultParts(nats);
  await addVault();
  await addVault();
});
afterAll(async () => {
  await Promise.all(vaults.map((vault) => vault.stop()));
  await nats?.stop();
});

async function endOf(begun: VaultJob): Promise<VaultJob> {
  const look = async () =>
    (await admin.request(routes.listVaultJobs, {}, { tenant: begun.tenant })).jobs.find(({ id }) => id === begun.id);
  await expect.poll(async () => (await look())?.state ?? 'running', { timeout: 20_000 }).not.toBe('running');
  return (await look()) as VaultJob;
}

/** Everything that a bucket holds of the tenant. */
async function rowsOf(name: string, tenant: string, keys: readonly string[]): Promise<Map<string, Uint8Array>> {
  const bucket = await parts.messaging.bucket(name);
  const rows = new Map<string, Uint8Array>();
  for (const key of keys) {
    const entry = await bucket.get(`${tenant}.${key}`);
    if (entry !== null) rows.set(`${tenant}.${key}`, entry.value);
  }
  return rows;
}

async function putBack(name: string, rows: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const bucket = await parts.messaging.bucket(name);
  for (const [key, value] of rows) await bucket.put(key, value);
}

const erased = { code: 'vault_unavailable', retryable: false, reason: 'erased' };

describe('erasing a tenant', () => {
  it('makes everything of it unreadable, for every vault and from every copy, and nothing of others', async () => {
    const revoked: LeaseRevoked[] = [];
    executor.subscribeEvent(events.leaseRevoked, {}, (event) => void revoked.push(event));
    await executor.flush();
    const variables = { subdomain: 'acme-gmbh' };
    const added = [];
    for (const token of tokens)
      added.push(await addThrough(admin, { type: 'bearer', token }, { label: 'Ann Smith', variables }));
    await addThrough(admin, { type: 'bearer', token: 'g' }, { tenant: 'globex' });
    const ids = added.map(({ id }) => id);
    copies = {
      credentials: await rowsOf(
        'credentials',
        'acme',
        ids.map((id) => `${id}.1`),
      ),
      connections: await rowsOf('connections', 'acme', [...ids, 'default.slack']),
      tenant_keys: await rowsOf('tenant_keys', 'acme', ['1', 'current', 'erased']),
    };
    expect([copies.credentials.size, copies.tenant_keys.size]).toEqual([3, 1]);
    // These hold the tenant's key already, and hear no broadcast.
    const deaf = await openVaultParts(nats, { ttlMs: 500 });
    expect(await deaf.tokenOf('acme', ids[0] as string)).toBe(tokens[0]);
    for (const id of ids) await leaseThrough(executor, { connection: id });

    const { job } = await admin.request(routes.eraseTenant, {}, { tenant: 'acme' });
    const receipt = await endOf(job);
    expect(receipt).toMatchObject({ kind: 'erase_tenant', state: 'done', keys_destroyed: 1, done: 3, total: 3 });
    await expect.poll(() => revoked).toContainEqual({ tenant: 'acme' });

    // Nothing is left in the store but that there were connections, and that the tenant is erased.
    const left: string[] = [];
    const keys = await parts.messaging.bucket('tenant_keys');
    (await keys.watch('acme.*', ({ key, value }) => void (value !== null && left.push(key)))).unsubscribe();
    expect(left).toEqual(['acme.erased']);
    expect(
      (
        await rowsOf(
          'credentials',
          'acme',
          ids.map((id) => `${id}.1`),
        )
      ).size,
    ).toBe(0);
    for (const text of (await rowsOf('connections', 'acme', ids)).values())
      expect(Buffer.from(text).toString()).not.toMatch(/Ann Smith|acme-gmbh/);
    expect(await failureOf(leaseThrough(executor))).toMatchObject({ code: 'connection_missing' });

    // Credentials and connections from a backup of before: the keys are gone, from memory too.
    await putBack('credentials', copies.credentials);
    await putBack('connections', copies.connections);
    const everybody = async () => {
      for (const connection of ids) expect(await failureOf(leaseThrough(executor, { connection }))).toEqual(erased);
    };
    await everybody();
    await expect.poll(() => failureOf(deaf.tokenOf('acme', ids[0] as string)), { timeout: 5_000 }).toEqual(erased);

    // The tenant's keys as well, over the record that it is erased: the job still says so, in a new vault too.
    await keys.delete('acme.erased');
    await putBack('tenant_keys', copies.tenant_keys);
    await everybody();

    // Its name is not used again. A vault that starts takes away what was put back.
    expect(await failureOf(addThrough(admin, { type: 'bearer', token: 'new' }))).toEqual(erased);
    expect(await failureOf(admin.request(routes.rotateTenantKey, {}, { tenant: 'acme' }))).toMatchObject({
      code: 'invalid_request',
    });
    await addVault();
    for (const connection of [...ids, ...ids])
      expect(await failureOf(leaseThrough(executor, { connection }))).toSatisfy(
        ({ code, reason }) => reason === 'erased' || code === 'connection_missing',
      );
    await expect.poll(() => parts.keyStore.list('acme'), { timeout: 10_000 }).toEqual([]);
    const again = await endOf((await admin.request(routes.eraseTenant, {}, { tenant: 'acme' })).job);
    expect(again).toMatchObject({ state: 'done', error: null });

    expect((await leaseThrough(executor, { tenant: 'globex' })).credential).toEqual({ type: 'bearer', token: 'g' });
    expect(vaults.map((vault) => vault.log()).join('\n')).not.toContain('the store may have been changed');
  }, 60_000);

  it('leaves an audit log that is whole, with what was before it, and with no key in it', async () => {
    const outcomes = (events: AuditLog['events']) =>
      events
        .filter(({ type }) => type === 'dev.patchbay.vault.erase_tenant')
        .map(({ data }) => `${data.outcome} ${data.target.id}`);
    const log = await readAuditLog(nats, (events) => outcomes(events).length >= 4 && openIntents(events).length === 0);
    expect(log.wrong).toEqual([]);
    expect(log.sequences).toEqual(Array.from(log.sequences, (_, i) => i + 1));
    expect(outcomes(log.events).slice(0, 4)).toEqual([
      'intent acme',
      'succeeded acme',
      'intent acme',
      'succeeded acme',
    ]);
    expect(openIntents(log.events)).toEqual([]);

    // The tenant's own history stays: who added what, and who borrowed it.
    const before = log.events.slice(
      0,
      log.events.findIndex(({ type }) => type === 'dev.patchbay.vault.erase_tenant'),
    );
    const named = (type: string) =>
      before.flatMap((event) => (event.tenant === 'acme' && event.type === type ? [event.data.outcome] : []));
    expect(named('dev.patchbay.connection.added').sort()).toEqual([
      ...tokens.map(() => 'intent'),
      ...tokens.map(() => 'succeeded'),
    ]);
    expect(named('dev.patchbay.credential.leased')).toEqual(tokens.map(() => 'succeeded'));

    // Neither the credentials, nor what they or their keys are stored as, nor the key above.
    const rootKey = readKeyFile(nats.keys.localKmsKeyFile);
    const stored = [...copies.credentials.values(), ...copies.tenant_keys.values()].map(
      (value) => JSON.parse(Buffer.from(value).toString()) as { message?: string; wrapped?: string },
    );
    const secrets = [...tokens, ...stored.map(({ message, wrapped }) => message ?? wrapped ?? '')];
    expect(secrets).toHaveLength(7);
    for (const secret of [...secrets, rootKey.toString('hex'), rootKey.toString('base64'), sealingSeed]) {
      expect(secret.length).toBeGreaterThan(15);
      expect(log.text).not.toContain(secret);
    }
  });
});

describe('erasing a connection', () => {
  it("destroys its credential and the key that copies of it are under, and keeps the tenant's others", async () => {
    const [gone, kept] = [
      await addThrough(admin, { type: 'bearer', token: 'gone' }, { tenant: 'initech' }),
      await addThrough(admin, { type: 'bearer', token: 'kept' }, { tenant: 'initech' }),
    ];
    await leaseThrough(executor, { tenant: 'initech', connection: gone.id });
    const credentials = await rowsOf('credentials', 'initech', [`${gone.id}.1`]);
    const connections = await rowsOf('connections', 'initech', [gone.id]);
    const request = { tenant: 'initech', connection: gone.id };
    const receipt = await endOf((await admin.request(routes.eraseConnection, {}, request)).job);
    expect(receipt).toMatchObject({ kind: 'erase_connection', state: 'done', connection: gone.id, keys_destroyed: 1 });
    await putBack('credentials', credentials);
    await putBack('connections', connections);
    expect(await failureOf(leaseThrough(executor, request))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
    const lease = await leaseThrough(executor, { tenant: 'initech', connection: kept.id });
    expect(lease.credential).toEqual({ type: 'bearer', token: 'kept' });
    expect(await parts.keyStore.list('initech')).toEqual([2]);
  }, 30_000);
});
