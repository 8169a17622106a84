import type { Bucket } from '@patchbay/messaging';
import { expect, test } from 'vitest';
import { createNatsDeadLetters, createNatsDeliveries, createNatsFailing, createNatsQueue } from './nats-deliveries.ts';

const away = () => Promise.reject(new Error('JetStream is away'));
const bucket = { get: away, put: away, create: away, update: away, delete: away } as unknown as Bucket;
const overloaded = { code: 'overloaded' };
const tenant = 'acme';

test('storage that is away is told as such', async () => {
  const deliveries = createNatsDeliveries(bucket, {} as never);
  await expect(deliveries.read(tenant, 'dlv_1')).rejects.toMatchObject(overloaded);
  await expect(deliveries.write({ tenant, id: 'dlv_1' } as never, null)).rejects.toMatchObject(overloaded);
  const letters = createNatsDeadLetters(bucket);
  await expect(letters.put({ tenant, id: 'dlv_1' } as never)).rejects.toMatchObject(overloaded);
  await expect(letters.remove(tenant, 'dlv_1')).rejects.toMatchObject(overloaded);
  const queue = createNatsQueue({ publishDurable: away, purgeSubject: away });
  const names = { tenant, subscription: 'sub_1', lane: 'any' };
  await expect(queue.add(names, {} as never, 'x')).rejects.toMatchObject(overloaded);
  await expect(queue.purge(tenant, 'sub_1')).rejects.toMatchObject(overloaded);
});

test('since when a target fails costs no delivery when it cannot be kept', async () => {
  const reported: string[] = [];
  const failing = createNatsFailing(bucket, (_, message) => void reported.push(message));
  expect(await failing.since(tenant, 'sub_1', 1_000)).toBe(1_000);
  await failing.clear(tenant, 'sub_1');
  expect(reported).toHaveLength(2);
});
