import { PatchbayError } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { webhookSubscription } from '../domain/event.fixture.ts';
import { openNatsSubscriptions, type SubscriptionCopy } from './nats-subscriptions.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { redis: false });
let bucket: Bucket;
const newest = async () => (await (await servers().connect('webhook-delivery')).streamBounds('KV_subscriptions')).last;
const open = (
  over: { bucket?: Bucket; onChange?: () => void; newest?: () => Promise<number>; onError?: () => void } = {},
) =>
  openNatsSubscriptions(
    over.bucket ?? bucket,
    over.newest ?? newest,
    over.onChange ?? (() => {}),
    over.onError ?? (() => {}),
  );

beforeAll(async () => {
  bucket = await (await servers().connect('webhook-delivery')).bucket('subscriptions');
});

test('what one process adds, changes and removes, others know once they have caught up', async () => {
  const [here, there] = await Promise.all([open(), open()]);
  const one = webhookSubscription();
  const knows = async (copy: SubscriptionCopy) => {
    await copy.caughtUp();
    return copy.find('acme', one.id)?.name;
  };
  await here.add(one);
  expect(await knows(there)).toBe('');
  await there.change('acme', one.id, (before) => ({ ...before, name: 'changed' }));
  expect(await knows(here)).toBe('changed');
  expect(here.has(one.id)).toBe(true);
  expect(await here.remove('acme', one.id)).toBe(true);
  expect(await knows(there)).toBeUndefined();
  expect(await there.remove('acme', one.id)).toBe(false);
  expect(await there.change('acme', one.id, (before) => before)).toBeNull();
  here.close();
  there.close();
});

test('changes at the same time are all made', async () => {
  const copies = await Promise.all([open(), open(), open()]);
  const one = webhookSubscription({ types: ['a'] });
  await copies[0]?.add(one);
  await Promise.all(
    copies.flatMap((copy, i) =>
      [1, 2].map((n) => copy.change('acme', one.id, (before) => ({ ...before, types: [...before.types, `${i}${n}`] }))),
    ),
  );
  expect((await copies[0]?.read('acme', one.id))?.types.toSorted()).toEqual(['01', '02', '11', '12', '21', '22', 'a']);
  for (const copy of copies) copy.close();
});

test('what cannot be read is told and passed over', async () => {
  const onError = vi.fn();
  await bucket.put('acme.sub_broken', '{}');
  const copy = await open({ onError });
  expect(onError).toHaveBeenCalledOnce();
  expect(copy.find('acme', 'sub_broken')).toBeNull();
  await bucket.delete('acme.sub_broken');
  copy.close();
});

test('storage that is away, and a copy that stays behind, are told as such', async () => {
  const away = { ...bucket, get: () => Promise.reject(new Error('away')) };
  const copy = await open({ bucket: away, newest: () => Promise.reject(new Error('away')) });
  await expect(copy.read('acme', 'x')).rejects.toMatchObject({ code: 'overloaded' });
  await expect(copy.caughtUp()).rejects.toThrow(PatchbayError);
  copy.close();
  const behind = await open({ newest: async () => 1_000_000 });
  await expect(behind.caughtUp()).rejects.toMatchObject({ code: 'overloaded' });
  behind.close();
}, 30_000);
