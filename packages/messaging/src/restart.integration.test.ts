import { auditConsumer, events, routes } from '@patchbay/contracts';
import type { NatsServer } from '@patchbay/local-servers';
import { startAgain, startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { okay, serveExecute } from './execute-endpoint.test-support.ts';
import type { Bucket, BucketPage, Messaging } from './index.ts';

let servers: TestServers;
let server: NatsServer | undefined;
let executor: Messaging;
let registry: Messaging;
let agent: Messaging;
let audit: Messaging;
const statuses: string[] = [];

beforeAll(async () => {
  servers = await startTestServers({ redis: false, storage: 'file' });
  [executor, registry, agent, audit] = await Promise.all([
    servers.connect('executor'),
    servers.connect('registry'),
    servers.connect('agent', 'acme', { onStatus: ({ type }) => statuses.push(type) }),
    servers.connect('audit'),
  ]);
});
afterAll(async () => {
  await server?.stop();
  await servers?.stop();
});

/** Waiting for connections, JetStream and watches to come back. */
const patience = { timeout: 30_000, interval: 50 };
const subject = 'audit.v1.acme.execution';

describe('after the server went away and came back', () => {
  const seen = new Map<string, string | null>();
  const stored: string[] = [];
  const problems: unknown[] = [];
  let integrations: Bucket;
  let consumer: Awaited<ReturnType<Messaging['consume']>>;
  let scanning: AsyncIterator<BucketPage>;

  beforeAll(async () => {
    integrations = await registry.bucket('integrations');
    await integrations.put('watch.before', '1');
    for (const key of ['scan.a', 'scan.b']) await integrations.put(key, key);
    scanning = integrations.scan('scan.*', { after: 0, pageRows: 1 })[Symbol.asyncIterator]();
    await scanning.next();
    await (await executor.bucket('integrations')).watch('watch.>', ({ key, value }) =>
      seen.set(key, value && Buffer.from(value).toString()),
    );
    consumer = await audit.consume(auditConsumer.stream, auditConsumer.durable, {
      maxMessages: 10,
      gatherMs: 10,
      onError: (error) => problems.push(error),
      onBatch: async (messages) => {
        stored.push(...messages.map((message) => Buffer.from(message.payload).toString()));
        return { ack: true };
      },
    });
    await serveExecute(executor, async () => okay('served'));
    await executor.publishDurable(subject, 'before');
    await vi.waitFor(() => expect(stored).toEqual(['before']), patience);

    await servers.nats[0]?.stop();
    await vi.waitFor(
      () => expect([executor, registry, agent, audit].some((one) => one.connected)).toBe(false),
      patience,
    );
  }, 60_000);

  test('a connection meanwhile says that it is down, and closes without waiting for the server', async () => {
    expect(statuses).toContain('disconnect');
    await expect(
      agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { timeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await expect(executor.publishDurable(subject, 'lost', { timeoutMs: 50 })).rejects.toThrow();
    // A service that starts just then does not fail to.
    const flushed = registry.flush();
    server = await startAgain(servers);
    await flushed;
    expect(registry.connected).toBe(true);
    const extra = await servers.connect('agent', 'acme');
    await extra.close();
    expect(extra.connected).toBe(false);
  });

  test('requests are answered again', async () => {
    await vi.waitFor(() => expect(agent.connected && executor.connected).toBe(true), patience);
    expect(statuses).toContain('reconnect');
    expect((await agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })).output).toBe('served');
  });

  test('events are heard again', async () => {
    const heard: string[] = [];
    agent.subscribeEvent(events.executionFinished, { tenant: 'acme' }, ({ execution_id }) => heard.push(execution_id));
    await agent.flush();
    const result = okay(null);
    const { execution_id } = result;
    executor.publishEvent(
      events.executionFinished,
      { tenant: 'acme', execution: execution_id },
      { execution_id, session: null, result },
    );
    await vi.waitFor(() => executor.written(), patience);
    await vi.waitFor(() => expect(heard).toContain(execution_id), patience);
  });

  test('a watch shows what changes, and lost nothing', async () => {
    await vi.waitFor(() => integrations.put('watch.after', '2', 500), patience);
    await vi.waitFor(
      () =>
        expect(Object.fromEntries(seen)).toEqual({
          'watch.before': '1',
          'watch.after': '2',
        }),
      patience,
    );
  }, 60_000);

  test('a scan goes on where it was', async () => {
    const next: BucketPage = (await scanning.next()).value;
    expect(next.entries.map(({ key }) => key)).toEqual(['scan.b']);
    expect((await scanning.next()).done).toBe(true);
  }, 60_000);

  test('a consumer goes on', async () => {
    await vi.waitFor(() => executor.publishDurable(subject, 'after', { timeoutMs: 500 }), patience);
    await vi.waitFor(() => expect(stored).toContain('after'), patience);
    expect(stored.filter((payload) => payload === 'before')).toHaveLength(1);
    await consumer.stop();
  }, 60_000);
});
