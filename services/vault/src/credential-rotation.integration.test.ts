import { events, type LeaseRevoked, newId, routes } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../test/failure-of.ts';
import { sealCredential } from '../test/memory-vault.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { addThrough, leaseThrough, type RunningVault, runVault } from '../test/running-vault.ts';
import { openVaultParts, type VaultParts } from '../test/vault-parts.ts';

let nats: NatsFixture;
let vaults: RunningVault[];
let admin: Messaging;
let executor: Messaging;
let parts: VaultParts;
const revoked: LeaseRevoked[] = [];

beforeAll(async () => {
  nats = await startNatsFixture();
  const sealingSeed = createSealingSeed();
  const keyService = () => ({ provider: 'local' as const, rootKey: readKeyFile(nats.keys.localKmsKeyFile) });
  const jobTimes = { overlapsMs: 50 };
  vaults = await Promise.all(
    ['vault-1', 'vault-2'].map((instance) => runVault(nats, keyService(), sealingSeed, instance, { jobTimes })),
  );
  [admin, executor] = await Promise.all([nats.connect('admin'), nats.connect('executor')]);
  parts = await openVaultParts(nats);
  executor.subscribeEvent(events.leaseRevoked, {}, (event) => void revoked.push(event));
  await executor.flush();
});
afterAll(async () => {
  await Promise.all((vaults ?? []).map((vault) => vault.stop()));
  await nats?.stop();
});

const bearer = (token: string) => ({ type: 'bearer' as const, token });
const add = async (token: string) => (await addThrough(admin, bearer(token), { integration: 'slack' })).id;
const lent = async (connection: string) => (await leaseThrough(executor, { connection })).credential;
const back = (connection: string) => admin.request(routes.revertCredential, {}, { tenant: 'acme', connection });
const rowOf = (connection: string, version: number) => parts.credentials.get('acme', connection, version);

async function rotate(connection: string, token: string, overlap_s?: number) {
  const { public_key } = await admin.request(routes.getVaultKey, {}, {});
  return admin.request(
    routes.rotateCredential,
    {},
    {
      tenant: 'acme',
      connection,
      sealed_credential: sealCredential(bearer(token), public_key),
      ...(overlap_s !== undefined && { overlap_s }),
    },
  );
}

describe('rotating a credential', () => {
  it('lends the new one from then on, takes leases back, and keeps the one before for a day', async () => {
    const id = await add('one');
    expect(await lent(id)).toEqual(bearer('one'));
    const before = Date.now();
    const { connection, previous } = await rotate(id, 'two');
    expect(connection).toMatchObject({ id, credential_version: 2, status: 'active' });
    expect(previous?.version).toBe(1);
    const keptMs = Date.parse(previous?.until ?? '') - before;
    expect(keptMs).toBeGreaterThan(86_000_000);
    expect(await lent(id)).toEqual(bearer('two'));
    await expect.poll(() => revoked).toContainEqual({ tenant: 'acme', connection: id });
    expect(await rowOf(id, 1)).not.toBeNull();
  });

  it('goes back to the one before, and forth again, each as a version of its own', async () => {
    const id = await add('one');
    await rotate(id, 'two');
    expect((await back(id)).connection.credential_version).toBe(3);
    expect(await lent(id)).toEqual(bearer('one'));
    expect((await back(id)).connection.credential_version).toBe(4);
    expect(await lent(id)).toEqual(bearer('two'));
    expect([await rowOf(id, 1), await rowOf(id, 2)]).toEqual([null, null]);
  });

  it('destroys the one before when the overlap is over, and at once without one', async () => {
    const nothing = { code: 'invalid_request', retryable: false };
    const [soon, never] = [await add('one'), await add('one')];
    await rotate(soon, 'two', 1);
    await expect.poll(() => rowOf(soon, 1), { timeout: 10_000 }).toBeNull();
    await expect.poll(() => failureOf(back(soon))).toMatchObject(nothing);
    expect(await lent(soon)).toEqual(bearer('two'));
    expect((await rotate(never, 'two', 0)).previous).toBeNull();
    expect(await rowOf(never, 1)).toBeNull();
    expect(await failureOf(back(never))).toMatchObject(nothing);
  });

  it('never destroys the credential that counts, whatever stands in the store', async () => {
    const id = await add('one');
    const bucket = await parts.messaging.bucket('overlaps');
    const overlap = { tenant: 'acme', connection: id, version: 1, until: '2020-01-01T00:00:00.000Z' };
    await bucket.put(`acme.${id}`, JSON.stringify(overlap));
    await expect.poll(() => bucket.get(`acme.${id}`)).toBeNull();
    expect(await lent(id)).toEqual(bearer('one'));
  });

  it('fails no lease while it happens, and the last of many at once counts', async () => {
    const id = await add('token-0');
    const state = { over: false, failed: [] as unknown[] };
    const reading = Array.from({ length: 3 }, async () => {
      while (!state.over) {
        const found = await lent(id).catch((error: unknown) => error);
        if (found instanceof Error) state.failed.push(found);
      }
    });
    for (let i = 1; i <= 10; i++) await rotate(id, `token-${i}`);
    const results = await Promise.all(['a', 'b', 'c'].map((token) => rotate(id, token)));
    state.over = true;
    await Promise.all(reading);
    expect(state.failed).toEqual([]);
    const versions = results.map(({ connection }) => connection.credential_version).sort((a, b) => a - b);
    expect(new Set(versions).size).toBe(3);
    const last = results.findIndex(({ connection }) => connection.credential_version === versions.at(-1));
    expect(await lent(id)).toEqual(bearer('abc'[last] as string));
  });

  it('refuses what is not there, and what cannot be opened', async () => {
    const missing = { code: 'connection_missing', retryable: false };
    expect(await failureOf(rotate(newId('connection'), 'x'))).toEqual(missing);
    expect(await failureOf(back(newId('connection')))).toEqual(missing);
    const id = await add('one');
    const sealed_credential = { sender: 'x', ciphertext: 'AAAA' };
    const request = { tenant: 'acme', connection: id, sealed_credential };
    expect(await failureOf(admin.request(routes.rotateCredential, {}, request))).toMatchObject({
      code: 'invalid_request',
    });
    expect(await lent(id)).toEqual(bearer('one'));
  });
});
