import { PatchbayError } from '@patchbay/contracts';
import type { Bucket, Messaging } from '@patchbay/messaging';
import { type FaultProxy, startFaultProxy, startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import type { KeepLedger } from '../operations/ports.ts';
import { createNatsLedger } from './nats-ledger.ts';

let servers: TestServers;
let messaging: Messaging;
let bucket: Bucket;
let ledger: KeepLedger;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  messaging = await servers.connect('executor');
  bucket = await messaging.bucket('executions');
  ledger = createNatsLedger(bucket);
});
afterAll(() => servers?.stop());

let keys = 0;
const freshKey = () => `toolu_${++keys}`;
const record = (over: Partial<LedgerRecord> = {}): LedgerRecord => ({
  state: 'running',
  execution_id: 'exe_1',
  tool: 'slack_post_message',
  version: '1.0.0',
  digest: 'd',
  started_at: 1,
  deadline_ms: 1_000,
  ...over,
});
const claim = (key: string, over?: Partial<LedgerRecord>) => ledger.claim('acme', key, record(over), 2_000);

describe('the ledger', () => {
  test('gives a key to one of many who claim it, and shows the others what it holds', async () => {
    const key = freshKey();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(key, { execution_id: `exe_${i}` })));
    const winners = claims.flatMap((one, i) => (one.won ? [i] : []));
    expect(winners).toHaveLength(1);
    for (const one of claims) if (!one.won) expect(one.record.execution_id).toBe(`exe_${winners[0]}`);
  });

  test('keeps tenants apart, and takes keys of any characters and length', async () => {
    for (const key of [freshKey(), 'a b.c*>\n', 'ключ 🔑', 'x'.repeat(256)]) {
      expect(await ledger.claim('acme', key, record(), 2_000)).toMatchObject({ won: true });
      expect(await ledger.claim('rival', key, record(), 2_000)).toMatchObject({ won: true });
      expect(await ledger.claim('acme', key, record(), 2_000)).toMatchObject({ won: false });
    }
  });

  test('settles a claim once: who lost the key cannot write its answer', async () => {
    const key = freshKey();
    const { revision } = await claim(key);
    const done = record({ state: 'done', execution_id: 'exe_other' });
    expect(await ledger.settle('acme', key, done, revision)).toBe(true);
    expect(await ledger.settle('acme', key, record({ state: 'done' }), revision)).toBe(false);
    expect(await ledger.read('acme', key)).toEqual({ record: done, revision: expect.any(Number) });
  });

  test('takes a key back, unless another holds it by now', async () => {
    const key = freshKey();
    const first = await claim(key);
    await ledger.release('acme', key, first.revision);
    expect(await ledger.read('acme', key)).toBeNull();
    const second = await claim(key, { execution_id: 'exe_2' });
    expect(second.won).toBe(true);
    await ledger.release('acme', key, first.revision);
    expect((await ledger.read('acme', key))?.record.execution_id).toBe('exe_2');
  });

  test('claims again a key that was released while it looked', async () => {
    const key = freshKey();
    await claim(key);
    const released = createNatsLedger({
      ...bucket,
      async get(name) {
        await bucket.delete(name);
        return bucket.get(name);
      },
    });
    expect(await released.claim('acme', key, record(), 2_000)).toMatchObject({ won: true });
  });

  test('says in_progress when others are faster each time', async () => {
    const contested = createNatsLedger({
      ...bucket,
      async create(name, value) {
        await bucket.put(name, value);
        const revision = await bucket.create(name, value);
        await bucket.delete(name);
        return revision;
      },
    });
    await expect(contested.claim('acme', freshKey(), record(), 2_000)).rejects.toMatchObject({ code: 'in_progress' });
  });
});

describe('a connection lost with a write under way', () => {
  let proxy: FaultProxy;
  let distant: KeepLedger;
  let lost = 0;
  beforeAll(async () => {
    proxy = await startFaultProxy(Number(new URL(servers.nats[0]?.url as string).port));
    const connected = await servers.connect('executor', undefined, {
      servers: [proxy.url('nats')],
      onStatus: ({ type }) => {
        if (type === 'disconnect') lost++;
      },
    });
    distant = createNatsLedger(await connected.bucket('executions'));
  });
  afterAll(() => proxy?.stop());

  /** Begins a write, and ends the connection before its answer: with the write itself held back, or the answer. */
  async function cutOff<T>(held: 'toServer' | 'toClient', begin: () => Promise<T>): Promise<T> {
    const before = lost;
    const heal = proxy.inject({ kind: 'timeout', ms: 300 }, { direction: held });
    const begun = begin();
    await vi.waitFor(() => expect(lost).toBeGreaterThan(before), { timeout: 10_000 });
    await heal();
    return begun;
  }

  test.each(['toServer', 'toClient'] as const)(
    'keeps no answer and no key from the ledger (%s)',
    async (held) => {
      const [answered, refused, taken] = [freshKey(), freshKey(), freshKey()];
      const claims = await Promise.all([answered, refused, taken].map((key) => claim(key)));
      const done = record({ state: 'done' });
      const revisionOf = (index: number) => claims[index]?.revision as number;
      // Another took this key over meanwhile.
      await ledger.settle('acme', taken, record({ state: 'done', execution_id: 'exe_other' }), revisionOf(2));
      const written = await cutOff(held, () =>
        Promise.all([
          distant.settle('acme', answered, done, revisionOf(0)),
          distant.release('acme', refused, revisionOf(1)),
          distant.settle('acme', taken, done, revisionOf(2)),
          distant.release('acme', taken, revisionOf(2)),
        ]),
      );
      expect(written).toEqual([true, true, false, false]);
      expect((await ledger.read('acme', answered))?.record).toEqual(done);
      expect(await ledger.read('acme', refused)).toBeNull();
      expect((await ledger.read('acme', taken))?.record.execution_id).toBe('exe_other');
    },
    60_000,
  );
});

test('a ledger that does not answer is audit_unavailable, whatever was asked', async () => {
  const extra = await servers.connect('executor');
  const lost = createNatsLedger(await extra.bucket('executions'));
  await extra.close();
  for (const failing of [
    lost.claim('acme', 'k', record(), 100),
    lost.read('acme', 'k'),
    lost.settle('acme', 'k', record(), 1),
    lost.release('acme', 'k', 1),
  ])
    await expect(failing).rejects.toMatchObject({ code: 'audit_unavailable' });
}, 30_000);

test('a failure that has a code keeps it', async () => {
  const refusing = createNatsLedger({ ...bucket, get: () => Promise.reject(new PatchbayError('overloaded')) });
  await expect(refusing.read('acme', 'k')).rejects.toMatchObject({ code: 'overloaded' });
});
