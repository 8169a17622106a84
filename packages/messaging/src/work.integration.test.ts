import { jetstreamManager } from '@nats-io/jetstream';
import { newId, submissionConsumer } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { rawConnection } from './raw-connection.test-support.ts';
import type { BatchConsumer, Messaging, StreamMessage, WorkOptions } from './types.ts';

const { stream, durable } = submissionConsumer;
let servers: TestServers;
let executor: Messaging;
const open: BatchConsumer[] = [];

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  executor = await servers.connect('executor');
});
afterEach(async () => {
  for (const consumer of open.splice(0)) await consumer.stop();
});
afterAll(() => servers?.stop());

const add = (text: string) => executor.publishDurable('submissions.v1.acme', text, { messageId: newId('event') });
const textOf = ({ payload }: StreamMessage) => Buffer.from(payload).toString();

async function work(options: Partial<WorkOptions> & Pick<WorkOptions, 'onMessage'>) {
  const consumer = await executor.work(stream, durable, { concurrency: 2, ...options });
  open.push(consumer);
  return consumer;
}

async function left() {
  const connection = await rawConnection(servers, 'provisioner');
  try {
    return (await (await jetstreamManager(connection)).streams.info(stream)).state.messages;
  } finally {
    await connection.close();
  }
}

test('messages are handled one by one, as many at once as told, and go when they are done', async () => {
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  await work({
    onMessage: async (message) => {
      seen.push(textOf(message));
      await gate.promise;
      return { done: true };
    },
  });
  for (const text of ['a', 'b', 'c']) await add(text);
  await vi.waitFor(() => expect(seen).toEqual(['a', 'b']));
  gate.resolve();
  await vi.waitFor(() => expect(seen).toEqual(['a', 'b', 'c']));
  await vi.waitFor(async () => expect(await left()).toBe(0));
});

test('a message that is not done comes again after its wait, and one whose handler failed after a second', async () => {
  const deliveries: number[] = [];
  const errors: unknown[] = [];
  await work({
    onError: (error) => errors.push(error),
    onMessage: async ({ deliveries: delivery }) => {
      deliveries.push(delivery);
      if (delivery === 1) return { done: false, retryAfterMs: 20 };
      if (delivery === 2) throw new Error('broken');
      return { done: true };
    },
  });
  await add('again');
  await vi.waitFor(() => expect(deliveries).toEqual([1, 2, 3]), { timeout: 10_000 });
  expect(errors).toMatchObject([{ message: 'broken' }]);
  await vi.waitFor(async () => expect(await left()).toBe(0));
});

test('a message in hand for longer than the stream waits is not handed to another, thanks to signs of life', async () => {
  const provisioner = await rawConnection(servers, 'provisioner');
  const manager = await jetstreamManager(provisioner);
  const { config } = await manager.consumers.info(stream, durable);
  // The server lets the waiting time of a durable be changed.
  await manager.consumers.update(stream, durable, { ...config, ack_wait: 1_000_000_000 });
  const gate = Promise.withResolvers<void>();
  const deliveries: number[] = [];
  const handle = async ({ deliveries: delivery }: StreamMessage) => {
    deliveries.push(delivery);
    await gate.promise;
    return { done: true } as const;
  };
  await work({ onMessage: handle, aliveEveryMs: 100 });
  await work({ onMessage: handle, aliveEveryMs: 100 });
  await add('long');
  await vi.waitFor(() => expect(deliveries).toEqual([1]));
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(deliveries).toEqual([1]);
  gate.resolve();
  await vi.waitFor(async () => expect(await left()).toBe(0));
  await manager.consumers.update(stream, durable, config);
  await provisioner.close();
});

test('stopping waits for what is in hand and takes nothing new', async () => {
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  const consumer = await work({
    onMessage: async (message) => {
      seen.push(textOf(message));
      await gate.promise;
      return { done: true };
    },
  });
  await add('in hand');
  await vi.waitFor(() => expect(seen).toEqual(['in hand']));
  const stopped = consumer.stop();
  await add('after');
  gate.resolve();
  await stopped;
  expect(seen).toEqual(['in hand']);
  expect(await left()).toBe(1);
});
