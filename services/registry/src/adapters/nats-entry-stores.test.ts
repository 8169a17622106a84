import { normaliseDocument } from '@patchbay/catalog';
import type { StoredIntegration } from '@patchbay/contracts';
import { type Bucket, type BucketChange, StreamRefusal } from '@patchbay/messaging';
import { expect, test, vi } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { createNatsEntryStores } from './nats-entry-stores.ts';

const key = 'doc.acme.crm.1_0_0';
const address = { scope: 'acme', integration: 'crm', version: '1.0.0' };
const normal = normaliseDocument(integrationDocument({ id: 'crm' }));
const stored = {
  scope: 'acme',
  document: normal.ok && normal.document,
  registered_at: '2026-01-01T00:00:00.000Z',
  retired: false,
  digest: 'd',
} as StoredIntegration;
const value = new TextEncoder().encode(JSON.stringify(stored));

type Writes = Pick<Bucket, 'get' | 'create' | 'update'>;
function storeOver(bucket: Partial<Writes>) {
  const applied: BucketChange[] = [];
  const unused = () => Promise.reject(new Error('not part of this test'));
  return {
    applied,
    store: createNatsEntryStores({ get: unused, create: unused, update: unused, ...bucket }, (change) =>
      applied.push(change),
    ).documents,
  };
}

test('what is created or replaced is in the copy at once, with its revision', async () => {
  const { store, applied } = storeOver({
    create: async () => 4,
    update: async (_key, _value, revision) => revision + 1,
  });
  await expect(store.create(stored)).resolves.toBe(true);
  await expect(store.replace(stored, 4)).resolves.toBe(true);
  expect(applied).toEqual([
    { key, value, revision: 4 },
    { key, value, revision: 5 },
  ]);
});

test('a lost race changes nothing in the copy', async () => {
  const { store, applied } = storeOver({ create: async () => null, update: async () => null });
  await expect(store.create(stored)).resolves.toBe(false);
  await expect(store.replace(stored, 4)).resolves.toBe(false);
  expect(applied).toEqual([]);
});

test('what is read is in the copy from then on', async () => {
  const { store, applied } = storeOver({ get: async () => ({ key, value, revision: 3 }) });
  await expect(store.read(address)).resolves.toEqual({ stored, revision: 3 });
  expect(applied).toMatchObject([{ key, revision: 3 }]);
});

test('an address where nothing stands reads as null', async () => {
  await expect(storeOver({ get: async () => null }).store.read(address)).resolves.toBeNull();
});

test('an entry that this release cannot read is refused at its version', async () => {
  const { store } = storeOver({
    get: async () => ({ key, value: new TextEncoder().encode('{"schema":9}'), revision: 3 }),
  });
  expect(await failureOf(store.read(address))).toMatchObject({ code: 'invalid_request', paths: ['version'] });
});

test('a store that refuses a write wrote nothing', async () => {
  const { store } = storeOver({ create: () => Promise.reject(new StreamRefusal(10_077, 'maximum bytes exceeded')) });
  expect(await failureOf(store.create(stored))).toMatchObject({ code: 'overloaded' });
});

test('a write that nobody confirmed has an unknown outcome and may be sent again', async () => {
  const { store, applied } = storeOver({ update: () => Promise.reject(new Error('timeout')) });
  await expect(store.replace(stored, 1)).rejects.toMatchObject({ body: { code: 'outcome_unknown', retryable: true } });
  expect(applied).toEqual([]);
});

test('a store that stays silent is given up', async () => {
  vi.useFakeTimers();
  try {
    const { store } = storeOver({ get: () => new Promise(() => {}) });
    const failure = failureOf(store.read(address));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await failure).toMatchObject({ code: 'overloaded' });
  } finally {
    vi.useRealTimers();
  }
});
