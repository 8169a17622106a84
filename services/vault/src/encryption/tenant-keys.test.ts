import { randomBytes } from 'node:crypto';
import { type FakeKms, startFakeKms } from '@patchbay/testkit/kms';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withAwsEnvironment } from '../../test/aws-environment.test-support.ts';
import { failureOf } from '../../test/failure-of.ts';
import { memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { createAwsKmsKeyService } from '../adapters/aws-kms-key-service.ts';
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import type { KeyService } from './key-service.ts';
import type { TenantKeyStore } from './tenant-key-store.ts';
import { createTenantKeys } from './tenant-keys.ts';

const keyId = 'alias/vault';
let kms: FakeKms;
let keyService: KeyService;

withAwsEnvironment();
beforeEach(async () => {
  kms = await startFakeKms(keyId);
  keyService = createAwsKmsKeyService({ keyId, endpoint: kms.endpoint });
});

afterEach(async () => {
  keyService.close();
  await kms.stop();
});

const now = () => new Date('2026-01-02T03:04:05.000Z');
const open = (store: TenantKeyStore, more = {}) => createTenantKeys({ keyService, store, now, ...more });
const operations = () => kms.calls.map((call) => call.operation);

describe('createTenantKeys', () => {
  it("makes a tenant's key once, stores it wrapped only, and asks KMS no more", async () => {
    const store = memoryTenantKeyStore();
    const keys = open(store);
    await Promise.all([keys.forEncryption('acme'), keys.forEncryption('acme')]);
    await keys.forEncryption('acme');
    await keys.forDecryption({ tenant: 'acme', version: 1 });
    expect(operations()).toEqual(['GenerateDataKey']);
    expect([...store.rows]).toEqual([
      [
        'acme.1',
        {
          tenant: 'acme',
          version: 1,
          provider: 'aws-kms',
          key_id: keyId,
          wrapped: expect.any(String),
          created_at: '2026-01-02T03:04:05.000Z',
        },
      ],
    ]);
    keys.close();
  });

  it('asks KMS at most once for each tenant while the key is held', async () => {
    const store = memoryTenantKeyStore();
    await Promise.all(['acme', 'globex'].map((tenant) => open(store).forEncryption(tenant)));
    const before = kms.calls.length;
    const restarted = open(store);
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          restarted.forDecryption({ tenant: i % 2 ? 'acme' : 'globex', version: 1 }),
        ),
      );
    }
    expect(operations().slice(before)).toEqual(['Decrypt', 'Decrypt']);
    restarted.close();
  });

  it('asks KMS again when the time is up, and never holds a key beyond a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const keys = createTenantKeys({
        keyService: createLocalFileKeyService({ rootKey: randomBytes(32), mode: 'development' }),
        store: memoryTenantKeyStore(),
        now,
        ttlMs: 3_600_000,
      });
      const first = await keys.forEncryption('acme');
      vi.advanceTimersByTime(59_999);
      expect((await keys.forEncryption('acme')).keyring).toBe(first.keyring);
      vi.advanceTimersByTime(1);
      expect((await keys.forEncryption('acme')).keyring).not.toBe(first.keyring);
    } finally {
      vi.useRealTimers();
    }
  });

  it('uses the key of whichever process was first', async () => {
    const store = memoryTenantKeyStore();
    const [one, two] = [open(store), open(store)];
    const [first, second] = await Promise.all([one.forEncryption('acme'), two.forEncryption('acme')]);
    expect(first.version).toBe(second.version);
    expect(store.rows.size).toBe(1);
    // Both generated; the loser unwrapped the winner's.
    expect(operations().sort()).toEqual(['Decrypt', 'GenerateDataKey', 'GenerateDataKey']);
  });

  it('keeps serving tenants whose key is held while KMS throttles, and refuses others with one call', async () => {
    const store = memoryTenantKeyStore();
    await open(store).forEncryption('globex');
    const keys = open(store);
    await keys.forEncryption('acme');
    const before = kms.calls.length;
    kms.mood = 'throttling';
    await expect(keys.forDecryption({ tenant: 'acme', version: 1 })).resolves.toBeDefined();
    const refusals = await Promise.all(
      Array.from({ length: 20 }, () => failureOf(keys.forDecryption({ tenant: 'globex', version: 1 }))),
    );
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal)))).toEqual(
      new Set([JSON.stringify({ code: 'vault_unavailable', retryable: true, reason: 'key_service' })]),
    );
    expect(await failureOf(keys.forDecryption({ tenant: 'globex', version: 1 }))).toMatchObject({
      code: 'vault_unavailable',
    });
    expect(kms.calls.length - before).toBe(1);
  });

  it('recovers once KMS does', async () => {
    const store = memoryTenantKeyStore();
    await open(store).forEncryption('acme');
    const keys = open(store, { failureHoldMs: 1 });
    kms.mood = 'dead';
    await expect(keys.forDecryption({ tenant: 'acme', version: 1 })).rejects.toThrow('AWS KMS');
    kms.mood = 'well';
    await expect.poll(() => failureOf(keys.forDecryption({ tenant: 'acme', version: 1 }))).toBeNull();
  });

  it('refuses a key that is gone', async () => {
    expect(await failureOf(open(memoryTenantKeyStore()).forDecryption({ tenant: 'acme', version: 1 }))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
  });

  it.each([
    ['of another tenant', { tenant: 'globex' }],
    ['of another version', { version: 2 }],
    ['wrapped by another key service', { provider: 'local' }],
  ])('refuses a row %s', async (_, change) => {
    const store = memoryTenantKeyStore();
    await open(store).forEncryption('acme');
    store.rows.set('acme.1', {
      ...(store.rows.get('acme.1') as NonNullable<ReturnType<typeof store.rows.get>>),
      ...change,
    });
    expect(await failureOf(open(store).forDecryption({ tenant: 'acme', version: 1 }))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
  });

  it("refuses a wrapped key that was put under another tenant's name, however the row is labelled", async () => {
    const store = memoryTenantKeyStore();
    await open(store).forEncryption('acme');
    await open(store).forEncryption('globex');
    const [acme, globex] = [store.rows.get('acme.1'), store.rows.get('globex.1')];
    if (acme === undefined || globex === undefined) throw new Error('both tenants have a key');
    store.rows.set('acme.1', { ...acme, wrapped: globex.wrapped });
    expect(await failureOf(open(store).forDecryption({ tenant: 'acme', version: 1 }))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
  });

  it('refuses a key of the wrong length and wipes it', async () => {
    const store = memoryTenantKeyStore();
    await open(store).forEncryption('acme');
    const short = new Uint8Array(16).fill(7);
    const keys = createTenantKeys({ keyService: { ...keyService, unwrap: async () => short }, store, now });
    expect(await failureOf(keys.forDecryption({ tenant: 'acme', version: 1 }))).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'tenant_key',
    });
    expect(short).toEqual(new Uint8Array(16));
  });

  it('leaves no key bytes behind: what the key service handed out is wiped', async () => {
    const handedOut: Uint8Array[] = [];
    const watching: KeyService = {
      ...keyService,
      async generateTenantKey(name) {
        const made = await keyService.generateTenantKey(name);
        handedOut.push(made.key);
        return made;
      },
      async unwrap(wrapped, name) {
        const key = await keyService.unwrap(wrapped, name);
        handedOut.push(key);
        return key;
      },
    };
    const store = memoryTenantKeyStore();
    await createTenantKeys({ keyService: watching, store, now }).forEncryption('acme');
    await createTenantKeys({ keyService: watching, store, now }).forDecryption({ tenant: 'acme', version: 1 });
    expect(handedOut).toHaveLength(2);
    for (const key of handedOut) expect(Buffer.from(key).equals(Buffer.alloc(32))).toBe(true);
  });
});
