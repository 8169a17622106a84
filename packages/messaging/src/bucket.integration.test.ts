import { newId } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Bucket, BucketChange, BucketPage, Messaging } from './index.ts';

let servers: TestServers;
let executor: Messaging;
let executions: Bucket;
let integrations: Bucket;

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  executor = await servers.connect('executor');
  executions = await executor.bucket('executions');
  integrations = await (await servers.connect('registry')).bucket('integrations');
});
afterAll(() => servers?.stop());

const freshKey = () => `acme.${newId('event')}`;
const text = (value: Uint8Array | null | undefined) => (value ? Buffer.from(value).toString() : null);

describe('a bucket', () => {
  test('creates once, updates by revision, deletes, and creates again', async () => {
    const key = freshKey();
    expect(await executions.get(key)).toBeNull();
    const first = (await executions.create(key, 'one')) as number;
    expect(first).toBeGreaterThan(0);
    expect(await executions.create(key, 'two')).toBeNull();
    expect(await executions.update(key, 'late', first + 100)).toBeNull();
    const second = (await executions.update(key, 'two', first)) as number;
    expect(text((await executions.get(key))?.value)).toBe('two');
    expect(await executions.delete(key, first)).toBe(false);
    expect(await executions.delete(key, second)).toBe(true);
    expect(await executions.get(key)).toBeNull();
    const third = (await executions.create(key, 'three')) as number;
    expect(third).toBeGreaterThan(second);
    expect(await executions.get(key)).toEqual({ key, value: new Uint8Array(Buffer.from('three')), revision: third });
    expect(await executions.delete(key)).toBe(true);
    expect(await executions.put(key, new Uint8Array([1, 2]))).toBeGreaterThan(third);
  });

  test('lets one of many racing creators win, also over the marker of a deletion', async () => {
    const key = freshKey();
    const race = () => Promise.all(Array.from({ length: 50 }, (_, i) => executions.create(key, String(i))));
    expect((await race()).filter((revision) => revision !== null)).toHaveLength(1);
    await executions.delete(key);
    expect((await race()).filter((revision) => revision !== null)).toHaveLength(1);
  });

  test('says what else the stream refused', async () => {
    const tooMuch = 'x'.repeat(1_048_577);
    const key = freshKey();
    const revision = (await executions.create(key, 'small')) as number;
    for (const write of [
      () => executions.create(freshKey(), tooMuch),
      () => executions.put(freshKey(), tooMuch),
      () => executions.update(key, tooMuch, revision),
    ])
      await expect(write()).rejects.toThrow('JetStream refused the write: message size exceeds maximum allowed');
  });

  test('that its identity may not write refuses at once', async () => {
    const foreign = await executor.bucket('integrations');
    await expect(foreign.put('doc.x', '1', 60_000)).rejects.toThrow(/permissions violation/i);
    await expect(foreign.delete('doc.x')).rejects.toThrow();
  });

  test('that is not provisioned cannot be opened', async () => {
    await expect(executor.bucket('nothing')).rejects.toThrow();
  });
});

describe('a watch', () => {
  const record = (into: [string, string | null][]) => (change: BucketChange) =>
    into.push([change.key, text(change.value)]);

  test('shows what is there before anything else, then every change', async () => {
    await integrations.put('watch.a', '1');
    await integrations.put('watch.b', '2');
    await integrations.put('beside.c', '9');
    const seen: [string, string | null][] = [];
    const watching = await integrations.watch('watch.>', record(seen));
    expect(seen).toEqual([
      ['watch.a', '1'],
      ['watch.b', '2'],
    ]);
    await integrations.put('watch.a', '3');
    await integrations.delete('watch.b');
    await vi.waitFor(() =>
      expect(seen.slice(2)).toEqual([
        ['watch.a', '3'],
        ['watch.b', null],
      ]),
    );
    watching.unsubscribe();
  });

  test('of nothing is ready at once, and sees what comes', async () => {
    const seen: [string, string | null][] = [];
    const watching = await integrations.watch('empty.>', record(seen));
    expect(seen).toEqual([]);
    await integrations.put('empty.a', '1');
    await vi.waitFor(() => expect(seen).toEqual([['empty.a', '1']]));
    watching.unsubscribe();
  });

  test('is quiet once it was ended', async () => {
    const ended: [string, string | null][] = [];
    const going: [string, string | null][] = [];
    (await integrations.watch('quiet.>', record(ended))).unsubscribe();
    const watching = await integrations.watch('quiet.>', record(going));
    await integrations.put('quiet.a', '1');
    await vi.waitFor(() => expect(going).toHaveLength(1));
    expect(ended).toEqual([]);
    watching.unsubscribe();
  });

  test('ends with its connection', async () => {
    const reader = await servers.connect('executor');
    const bucket = await reader.bucket('integrations');
    await bucket.watch('ended.>', () => {});
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      await reader.close();
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1)); // it ended, and is to be looked at again
      await vi.advanceTimersByTimeAsync(1_000);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a scan', () => {
  const textOf = ({ entries }: BucketPage) => entries.map(({ key, value }) => [key, text(value)]);
  async function pagesOf(pattern: string, after = 0, pageRows = 2) {
    const pages: BucketPage[] = [];
    for await (const page of integrations.scan(pattern, { after, pageRows })) pages.push(page);
    return pages;
  }

  test('reads a page at a time, by revision, and from any revision on', async () => {
    for (const key of ['d', 'a', 'c', 'b']) await integrations.put(`scan.${key}`, key);
    await integrations.put('scan.deeper.down', '9');
    await integrations.put('scan.a', 'again');
    await integrations.delete('scan.c');
    const pages = await pagesOf('scan.*');
    expect(pages.map(textOf)).toEqual([
      [
        ['scan.d', 'd'],
        ['scan.b', 'b'],
      ],
      [['scan.a', 'again']], // and the marker of the deletion
    ]);
    expect(pages.map(({ left }) => left)).toEqual([2, 0]);
    expect((await pagesOf('scan.*', pages[0]?.upTo)).map(textOf)).toEqual([[['scan.a', 'again']]]);
    expect(await pagesOf('scan.*', pages[1]?.upTo)).toEqual([]);
    expect(await pagesOf('nothing.>')).toEqual([]);
  });

  test('meets again at the end what is changed while it goes on', async () => {
    for (const key of ['a', 'b', 'c']) await integrations.put(`moving.${key}`, '1');
    const seen: string[] = [];
    for await (const { entries } of integrations.scan('moving.*', { after: 0, pageRows: 1 }))
      for (const { key, value, revision } of entries) {
        seen.push(`${key} ${text(value)}`);
        if (text(value) === '1') await integrations.update(key, '2', revision);
        if (key === 'moving.a' && text(value) === '1') await integrations.delete('moving.b');
      }
    expect(seen).toEqual(['moving.a 1', 'moving.c 1', 'moving.a 2', 'moving.c 2']);
  });
});
