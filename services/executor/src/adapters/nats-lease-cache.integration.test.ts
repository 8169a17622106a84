import { newId } from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FakeVault, refuse, startFakeVault, type VaultAnswer } from '../fake-vault.test-support.ts';
import type { BorrowLease, Lease } from '../operations/ports.ts';
import { createNatsLeaseCache, type LeaseCache } from './nats-lease-cache.ts';

let servers: TestServers;
let executor: Messaging;
let vault: FakeVault;
let leases: LeaseCache;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  executor = await servers.connect('executor');
});
beforeEach(async () => {
  vault = await startFakeVault(servers);
  leases = createNatsLeaseCache(executor, createSealingKeys());
  await executor.flush();
});
afterEach(async () => {
  leases.close();
  await vault.stop();
  await vault.messaging.close();
});
afterAll(() => servers?.stop());

const borrow = (over: Partial<Parameters<BorrowLease['borrow']>[0]> = {}): Promise<Lease> =>
  leases.borrow({
    tenant: 'acme',
    integration: 'slack',
    connection: undefined,
    executionId: newId('execution'),
    ...over,
  });
const tokenOf = ({ credential }: Lease) => (credential as { token: string }).token;

describe('leases', () => {
  test('are asked for once, however many executions need one, and kept', async () => {
    const gate = Promise.withResolvers<VaultAnswer>();
    vault.answer = () => gate.promise;
    const borrowed = Array.from({ length: 20 }, () => borrow());
    await vi.waitFor(() => expect(vault.asked).toHaveLength(1));
    gate.resolve({ payload: { variables: { subdomain: 'acme' } } });
    for (const lease of await Promise.all(borrowed))
      expect(lease).toEqual({
        connection: vault.connection,
        credential: { type: 'bearer', token: 'token-1' },
        variables: { subdomain: 'acme' },
      });
    await borrow();
    expect(vault.asked).toHaveLength(1);
  });

  test('are in hand without asking anybody, but for a fresh one', async () => {
    const asked = {
      tenant: 'acme',
      integration: 'calendly',
      connection: undefined,
      executionId: newId('execution'),
    };
    expect(leases.inHand(asked)).toBeNull();
    const lease = await borrow(asked);
    const times = vault.asked.length;
    expect(leases.inHand(asked)).toBe(lease);
    expect(leases.inHand({ ...asked, fresh: true })).toBeNull();
    expect(vault.asked).toHaveLength(times);
  });

  test('are kept apart by tenant, integration and connection', async () => {
    const connection = newId('connection');
    const leased = await Promise.all([
      borrow(),
      borrow({ tenant: 'rival' }),
      borrow({ integration: 'hubspot' }),
      borrow({ connection }),
    ]);
    expect(new Set(leased.map(tokenOf)).size).toBe(4);
    expect(vault.asked.map((request) => request.connection)).toContain(connection);
  });

  test('end after their life', async () => {
    vault.answer = () => ({ ttlMs: 40 });
    expect(tokenOf(await borrow())).toBe('token-1');
    await vi.waitFor(async () => expect(tokenOf(await borrow())).not.toBe('token-1'));
  });

  test('are gone from memory at their end, though nobody asks for them any more', async () => {
    vault.answer = () => ({ ttlMs: 40 });
    await borrow();
    expect(leases.size).toBe(1);
    await vi.waitFor(() => expect(leases.size).toBe(0));
  });

  test('are renewed before their end, while those who need one go on with the old', async () => {
    const gate = Promise.withResolvers<VaultAnswer>();
    vault.answer = (_request, number) => (number === 1 ? { ttlMs: 4_000 } : gate.promise);
    await borrow();
    await vi.waitFor(
      async () => {
        expect(tokenOf(await borrow())).toBe('token-1');
        expect(vault.asked).toHaveLength(2);
      },
      { timeout: 4_000, interval: 20 },
    );
    expect(tokenOf(await borrow())).toBe('token-1');
    gate.resolve({});
    await vi.waitFor(async () => expect(tokenOf(await borrow())).toBe('token-2'));
    expect(vault.asked).toHaveLength(2);
  });

  test('that cannot be renewed are good until their end', async () => {
    vault.answer = (_request, number) => (number === 1 ? { ttlMs: 3_000 } : refuse('vault_unavailable'));
    await borrow();
    await vi.waitFor(
      async () => {
        expect(tokenOf(await borrow())).toBe('token-1');
        expect(vault.asked.length).toBeGreaterThan(1);
      },
      { timeout: 3_000, interval: 10 },
    );
    await vi.waitFor(() => expect(borrow()).rejects.toMatchObject({ code: 'vault_unavailable' }), { timeout: 5_000 });
  });

  test('are asked for anew when a fresh one is needed, once for all who need it', async () => {
    await borrow();
    const fresh = await Promise.all([borrow({ fresh: true }), borrow({ fresh: true }), borrow()]);
    expect(fresh.map(tokenOf)).toEqual(['token-2', 'token-2', 'token-2']);
    expect(tokenOf(await borrow())).toBe('token-2');
  });

  test('say which version was refused when a fresh one is needed, and only then', async () => {
    await borrow();
    await borrow({ fresh: true });
    await borrow({ connection: newId('connection'), fresh: true });
    // The first had nothing to compare with, nor had the last.
    expect(vault.asked.map((request) => request.refused_version)).toEqual([undefined, expect.any(Number), undefined]);
  });

  test('that set out before a fresh one was asked for do not count as fresh, nor replace it', async () => {
    const old = Promise.withResolvers<VaultAnswer>();
    vault.answer = (_request, number) => (number === 1 ? old.promise : {});
    const early = borrow();
    await vi.waitFor(() => expect(vault.asked).toHaveLength(1));
    expect(tokenOf(await borrow({ fresh: true }))).toBe('token-2');
    old.resolve({});
    expect(tokenOf(await early)).toBe('token-1');
    expect(tokenOf(await borrow())).toBe('token-2');
  });
});

describe('a revocation', () => {
  test('drops the lease of its connection at once, and no other', async () => {
    const other = newId('connection');
    await Promise.all([borrow(), borrow({ connection: other })]);
    await vault.revoke(vault.connection);
    await vi.waitFor(async () => expect(tokenOf(await borrow())).toBe('token-3'));
    await borrow({ connection: other });
    expect(vault.asked).toHaveLength(3);
  });

  test('of a whole tenant drops every lease of it at once, and none of others', async () => {
    const other = newId('connection');
    await Promise.all([borrow(), borrow({ connection: other })]);
    const rival = tokenOf(await borrow({ tenant: 'rival' }));
    await vault.revoke(undefined);
    await vi.waitFor(async () => expect(tokenOf(await borrow())).toBe('token-4'));
    expect(tokenOf(await borrow({ connection: other }))).toBe('token-5');
    expect(tokenOf(await borrow({ tenant: 'rival' }))).toBe(rival);
  });

  test("of another tenant's connection drops nothing", async () => {
    await borrow();
    await borrow({ tenant: 'rival' });
    await vault.revoke(vault.connection, 'rival');
    await vi.waitFor(async () => expect(tokenOf(await borrow({ tenant: 'rival' }))).toBe('token-3'));
    expect(tokenOf(await borrow())).toBe('token-1');
  });

  test('of a lease on its way keeps it from being kept, and from those who ask later', async () => {
    const gate = Promise.withResolvers<VaultAnswer>();
    vault.answer = (_request, number) => (number === 1 ? gate.promise : {});
    const early = borrow();
    await vi.waitFor(() => expect(vault.asked).toHaveLength(1));
    await vault.revoke(vault.connection);
    await executor.flush();
    expect(tokenOf(await borrow())).toBe('token-2');
    gate.resolve({});
    expect(tokenOf(await early)).toBe('token-1');
    expect(tokenOf(await borrow())).toBe('token-2');
    expect(vault.asked).toHaveLength(2);
  });

  test('after the cache was closed is not heard', async () => {
    await borrow();
    leases.close();
    await vault.revoke(vault.connection);
    await executor.flush();
    expect(tokenOf(await borrow())).toBe('token-2'); // closing forgot what was kept
  });
});

describe('the vault', () => {
  test.each<[string, (asked: { connection: string }) => VaultAnswer]>([
    ['another tenant', () => ({ payload: { tenant: 'rival' } })],
    ['another integration', () => ({ payload: { integration: 'hubspot' } })],
    ['another connection', () => ({ payload: { connection: newId('connection') } })],
    ['another executor', () => ({ recipient: createSealingKeys().publicKey })],
    ['nobody, being no JSON', () => ({ text: 'canary-secret' })],
    ['nobody, being no lease', () => ({ text: '{"credential":"canary-secret"}' })],
  ])('that answers with a lease for %s is not believed', async (_who, answer) => {
    const connection = newId('connection');
    vault.answer = () => answer({ connection });
    const failure = await borrow({ connection }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'vault_unavailable' });
    expect(JSON.stringify({ ...failure, message: failure.message, cause: String(failure.cause) })).not.toContain(
      'canary-secret',
    );
    vault.answer = () => ({});
    expect(tokenOf(await borrow({ connection }))).toBe('token-2');
  });

  test('that says no is heard, and asked again the next time', async () => {
    vault.answer = () => refuse('connection_missing');
    await expect(borrow()).rejects.toMatchObject({ code: 'connection_missing' });
    vault.answer = () => ({});
    expect(tokenOf(await borrow())).toBe('token-2');
  });

  test('that is away is vault_unavailable', async () => {
    await vault.stop();
    await expect(borrow()).rejects.toMatchObject({ code: 'vault_unavailable' });
  });

  test('that is silent is vault_unavailable', async () => {
    const gate = Promise.withResolvers<VaultAnswer>();
    vault.answer = () => gate.promise;
    await expect(borrow()).rejects.toMatchObject({ code: 'vault_unavailable' });
    gate.resolve({});
  });
});
