import { jetstreamManager } from '@nats-io/jetstream';
import { auditConsumer } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BatchConsumer, ConsumeOptions, Messaging, StreamMessage } from './index.ts';
import { rawConnection } from './raw-connection.test-support.ts';

let servers: TestServers;
let executor: Messaging;
let audit: Messaging;
const open: BatchConsumer[] = [];

// A stream of its own for each test: what one leaves unacknowledged would come to the next.
beforeEach(async () => {
  servers = await startTestServers({ redis: false });
  [executor, audit] = await Promise.all([servers.connect('executor'), servers.connect('audit')]);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
  await servers?.stop();
});

const subject = 'audit.v1.acme.execution';
const text = (message: StreamMessage) => Buffer.from(message.payload).toString();
const publish = (...payloads: unknown[]) =>
  Promise.all(payloads.map((payload) => executor.publishDurable(subject, String(payload))));
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

async function consume(options: Partial<ConsumeOptions> & Pick<ConsumeOptions, 'onBatch'>): Promise<BatchConsumer> {
  const consumer = await audit.consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 10,
    gatherMs: 10,
    ...options,
  });
  open.push(consumer);
  return consumer;
}

describe('a consumer of a stream', () => {
  test('gets each message with its subject, payload, sequence and headers', async () => {
    const seen: unknown[] = [];
    const { sequence } = await executor.publishDurable(subject, '["x"]', { headers: { 'X-Test': 'yes' } });
    await consume({
      onBatch: async (messages) => {
        for (const message of messages)
          seen.push([
            message.subject,
            text(message),
            message.sequence,
            message.deliveries,
            message.header('X-Test'),
            message.header('none'),
          ]);
        return { ack: true };
      },
    });
    await executor.publishDurable(subject, '["bare"]');
    await vi.waitFor(() =>
      expect(seen).toEqual([
        [subject, '["x"]', sequence, 1, 'yes', null],
        [subject, '["bare"]', sequence + 1, 1, null, null],
      ]),
    );
  });

  test('gets what gathered in one batch, in order and within the limit, one batch at a time', async () => {
    const batches: string[][] = [];
    const gate = Promise.withResolvers<void>();
    let atOnce = 0;
    await publish(0);
    await consume({
      maxMessages: 20,
      onBatch: async (messages) => {
        expect(++atOnce).toBe(1);
        batches.push(messages.map(text));
        await gate.promise;
        atOnce--;
        return { ack: true };
      },
    });
    await vi.waitFor(() => expect(batches).toEqual([['0']]));
    for (const number of numbers(1, 30)) await publish(number);
    gate.resolve();
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(31));
    expect(batches.slice(1)).toEqual([numbers(1, 20).map(String), numbers(21, 10).map(String)]);
  });

  test('gets a batch again that it did not acknowledge, after the time it asked for', async () => {
    const deliveries: number[] = [];
    const onError = vi.fn();
    await publish('x');
    await consume({
      onError,
      onBatch: async ([message]) => {
        deliveries.push((message as StreamMessage).deliveries);
        return deliveries.length < 3 ? { ack: false, retryAfterMs: 10 } : { ack: true };
      },
    });
    await vi.waitFor(() => expect(deliveries).toEqual([1, 2, 3]), { timeout: 10_000 });
    expect(onError).not.toHaveBeenCalled();
  });

  test('gets a batch again after it threw, and the failure is reported', async () => {
    const onError = vi.fn();
    const seen: string[] = [];
    await publish('x');
    await consume({
      onError,
      onBatch: async (messages) => {
        if (onError.mock.calls.length === 0) throw new Error('defect');
        seen.push(...messages.map(text));
        return { ack: true };
      },
    });
    await vi.waitFor(() => expect(seen).toEqual(['x']), { timeout: 10_000 });
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ message: 'defect' })]]);
  });

  test('loses nothing of a backlog that grew while its database was away', async () => {
    const stored = new Set<string>();
    let away = true;
    let refused = 0;
    await publish(...numbers(0, 25));
    await consume({
      onBatch: async (messages) => {
        if (away) {
          refused++;
          return { ack: false, retryAfterMs: 20 };
        }
        for (const message of messages) stored.add(text(message));
        return { ack: true };
      },
    });
    await vi.waitFor(() => expect(refused).toBeGreaterThan(4));
    await publish(...numbers(25, 25));
    away = false;
    await vi.waitFor(() => expect(stored).toEqual(new Set(numbers(0, 50).map(String))), { timeout: 15_000 });
  });

  test('that waits for messages stops at once', async () => {
    const consumer = await consume({ onBatch: async () => ({ ack: true }) });
    await consumer.stop(); // while the first fetch is being set up
    const waiting = await consume({ onBatch: async () => ({ ack: true }) });
    await publish('x');
    await vi.waitFor(async () => expect(await openMessages()).toBe(0));
    await waiting.stop();
  });

  test('that has a batch in hand stops when it is done with it', async () => {
    const gate = Promise.withResolvers<void>();
    let inHand = false;
    await publish('x');
    const consumer = await consume({
      onBatch: async () => {
        inHand = true;
        await gate.promise;
        return { ack: true };
      },
    });
    await vi.waitFor(() => expect(inHand).toBe(true));
    let stopped = false;
    const stopping = consumer.stop().then(() => {
      stopped = true;
    });
    await publish('after');
    expect(stopped).toBe(false);
    gate.resolve();
    await stopping;
    await audit.flush();
    const seen: string[] = [];
    await consume({
      onBatch: async (messages) => {
        seen.push(...messages.map(text));
        return { ack: true };
      },
    });
    await vi.waitFor(() => expect(seen).toEqual(['after']));
  });

  test('that does not exist cannot be opened', async () => {
    const onBatch = async () => ({ ack: true }) as const;
    await expect(audit.consume('AUDIT', 'nobody', { maxMessages: 1, onBatch })).rejects.toThrow();
  });
});

/** Messages that the durable has not seen acknowledged. */
async function openMessages(): Promise<number> {
  const connection = await rawConnection(servers, 'audit');
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { num_pending, num_ack_pending } = await manager.consumers.info(auditConsumer.stream, auditConsumer.durable);
  await connection.close();
  return num_pending + num_ack_pending;
}
