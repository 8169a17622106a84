import { newId } from '@patchbay/contracts';
import { createSealingKeys } from '@patchbay/messaging';
import { type FakeKms, startFakeKms } from '@patchbay/testkit/kms';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withAwsEnvironment } from '../../test/aws-environment.test-support.ts';
import { failureOf } from '../../test/failure-of.ts';
import { memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { addRequest, caller, memoryVault } from '../../test/memory-vault.ts';
import { inTurns } from '../../test/vault-parts.ts';
import { createAwsKmsKeyService } from '../adapters/aws-kms-key-service.ts';
import { guardKeyService } from './guarded-key-service.ts';
import type { KeyService } from './key-service.ts';
import { createTenantKeys } from './tenant-keys.ts';

const keyId = 'alias/vault';
const ttlMs = 60_000;
const canary = 'canary-71c3-secret';
const now = () => new Date();
const nothing = () => {};
let kms: FakeKms;
let aws: KeyService;

withAwsEnvironment();
beforeEach(async () => {
  kms = await startFakeKms(keyId);
  // Patient, so that what is counted does not depend on how busy the machine is.
  aws = createAwsKmsKeyService({ keyId, endpoint: kms.endpoint, unwrapTimeoutMs: 10_000, generateTimeoutMs: 10_000 });
  // What is held in memory goes by these; the time that a whole minute takes is not waited for.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  vi.useRealTimers();
  const { calls } = kms;
  aws.close();
  await kms.stop();
  // AWS logs contexts in clear: each names the key and says nothing else.
  for (const { context, sourceContext = context, signed } of calls) {
    for (const pairs of [context, sourceContext])
      expect(pairs).toEqual({
        tenant: expect.stringMatching(/^[a-z]+-?\d+$/),
        purpose: 'patchbay-tenant-key',
        key_version: expect.stringMatching(/^[12]$/),
      });
    expect(signed).toBe(true);
  }
  expect(JSON.stringify(calls)).not.toContain(canary);
});

const tenants = (number: number) => Array.from({ length: number }, (_, i) => `tenant-${i}`);

/** Wrapped keys of so many tenants, in a store. */
async function storeOf(number: number) {
  const store = memoryTenantKeyStore();
  const keys = createTenantKeys({ keyService: aws, store, now });
  await inTurns(tenants(number), 40, (tenant) => keys.forEncryption(tenant));
  keys.close();
  return store;
}

describe('questions to the key service', () => {
  it('are at most one in a hundred leases, for tenants that lease two times a second', async () => {
    const vault = memoryVault({ keyService: aws });
    const executor = createSealingKeys();
    const names = tenants(10);
    for (const tenant of names) {
      const credential = { type: 'bearer', token: canary };
      const details = { tenant, label: canary, variables: { subdomain: canary } };
      await vault.add(addRequest(vault.sealer.publicKey, credential, details), caller);
    }
    const before = kms.calls.length;
    let leases = 0;
    for (let minute = 0; minute < 3; minute++) {
      vi.advanceTimersByTime(ttlMs);
      for (let i = 0; i < 120; i++) {
        const asked = names.map((tenant) => {
          const request = {
            tenant,
            integration: 'slack',
            execution_id: newId('execution'),
            recipient: executor.publicKey,
          };
          return vault.lease(request, caller);
        });
        leases += (await Promise.all(asked)).length;
      }
    }
    const calls = kms.calls.slice(before);
    expect(leases).toBe(3_600);
    expect(new Set(calls.map(({ operation }) => operation))).toEqual(new Set(['Decrypt']));
    // One for each tenant and minute, whatever happens at the same moment.
    expect(calls).toHaveLength(10 * 3);
    expect(calls.length / leases).toBeLessThanOrEqual(0.01);
  });

  it('are one for each tenant and minute with 1,200 tenants at work in turn', async () => {
    const keys = createTenantKeys({ keyService: aws, store: await storeOf(1_200), now });
    for (let minute = 0; minute < 2; minute++) {
      vi.advanceTimersByTime(ttlMs);
      const before = kms.calls.length;
      for (let round = 0; round < 3; round++)
        await inTurns(tenants(1_200), 40, (tenant) =>
          Promise.all([1, 2].map(() => keys.forDecryption({ tenant, version: 1 }))),
        );
      expect(kms.calls.length - before).toBe(1_200);
    }
    keys.close();
  });

  it('do not become more while it throttles everything for a minute, and tenants are back soon after', async () => {
    const clock = { nowMs: 1_000 };
    const pass = (ms: number) => {
      clock.nowMs += ms;
      vi.advanceTimersByTime(ms);
    };
    const store = await storeOf(100);
    const keyService = guardKeyService(aws, { report: nothing, nowMs: () => clock.nowMs });
    const keys = createTenantKeys({ keyService, store, now });
    const ask = (some: readonly string[]) =>
      Promise.all(some.map((tenant) => failureOf(keys.forDecryption({ tenant, version: 1 }))));
    const [early, late] = [tenants(100).slice(0, 50), tenants(100).slice(50)];

    // A minute with KMS well: each tenant's key is fetched once.
    let before = kms.calls.length;
    await ask(early);
    pass(30_000);
    await ask(late);
    pass(29_000);
    const usual = kms.calls.length - before;
    expect(usual).toBe(100);

    // A minute with none of its answers, all tenants asking ten times a second.
    kms.mood = 'throttling';
    before = kms.calls.length;
    const refused = { code: 'vault_unavailable', retryable: true, reason: 'key_service' };
    for (let ms = 0; ms < 60_000; ms += 100) {
      for (const failure of await ask(late)) {
        // Keys that are held serve to their end.
        if (ms < 31_000) expect(failure).toBeNull();
        else expect(failure).toEqual(refused);
      }
      for (const failure of await ask(early)) if (ms >= 1_000) expect(failure).toEqual(refused);
      pass(100);
    }
    const asked = kms.calls.length - before;
    expect(asked).toBeGreaterThan(20);
    expect(asked).toBeLessThanOrEqual(1.2 * usual);

    kms.mood = 'well';
    for (let ms = 0; ms < 2_600; ms += 100) {
      await ask(tenants(100));
      pass(100);
    }
    expect(new Set(await ask(tenants(100)))).toEqual(new Set([null]));
    keys.close();
  });
});
