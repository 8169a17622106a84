import { randomBytes } from 'node:crypto';
import { newId } from '@patchbay/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { memoryTenantKeyStore } from '../../test/memory-tenant-keys.ts';
import { createLocalFileKeyService } from '../adapters/local-file-key-service.ts';
import { createTenantKeys } from './tenant-keys.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const erased = { code: 'vault_unavailable', retryable: false, reason: 'erased' };
/** With the times that a vault has unless it is told otherwise. */
function vaultOver(store: ReturnType<typeof memoryTenantKeyStore>, isErased?: (tenant: string) => boolean) {
  return createTenantKeys({
    keyService: createLocalFileKeyService({ rootKey: randomBytes(32), mode: 'development' }),
    store,
    now: () => new Date('2026-01-02T03:04:05.000Z'),
    ...(isErased !== undefined && { isErased }),
  });
}

it('is refused half a minute later by a vault that held its key and heard nothing', async () => {
  const store = memoryTenantKeyStore();
  const keys = vaultOver(store);
  const key = { tenant: 'acme', version: (await keys.forEncryption('acme')).version };
  await keys.forDecryption(key);
  await store.setErased({ tenant: 'acme', erased_at: '2026-01-02T03:04:05.000Z', job: newId('job') });
  expect(await failureOf(keys.forEncryption('acme'))).toEqual(erased);
  vi.advanceTimersByTime(29_999);
  expect(await failureOf(keys.forDecryption(key))).toBeNull();
  vi.advanceTimersByTime(1);
  expect(await failureOf(keys.forDecryption(key))).toEqual(erased);
});

it('is refused at once by a vault that was told, whatever its store says, and stays so', async () => {
  const told = new Set<string>();
  const keys = vaultOver(memoryTenantKeyStore(), (tenant) => told.has(tenant));
  const key = { tenant: 'acme', version: (await keys.forEncryption('acme')).version };
  told.add('acme');
  keys.drop('acme');
  for (let hour = 0; hour < 3; hour++) {
    expect(await failureOf(keys.forDecryption(key))).toEqual(erased);
    vi.advanceTimersByTime(3_600_000);
  }
  expect(await failureOf(keys.forEncryption('globex'))).toBeNull();
});
