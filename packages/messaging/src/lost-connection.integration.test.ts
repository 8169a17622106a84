import { createConnection } from 'node:net';
import { routes } from '@patchbay/contracts';
import { type FaultProxy, startFaultProxy, startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { okay, serveExecute } from './execute-endpoint.test-support.ts';
import type { Messaging } from './index.ts';

let servers: TestServers;
let proxy: FaultProxy;
let executor: Messaging;
let agent: Messaging;
let statuses: string[];
beforeAll(async () => {
  servers = await startTestServers({ redis: false });
});
afterAll(() => servers?.stop());
beforeEach(async () => {
  statuses = [];
  proxy = await startFaultProxy(Number(new URL(servers.nats[0]?.url as string).port));
  executor = await servers.connect('executor', undefined, {
    servers: [proxy.url('nats')],
    onStatus: ({ type }) => statuses.push(type),
  });
  agent = await servers.connect('agent', 'acme');
  await serveExecute(executor, async () => okay('served'));
});
afterEach(async () => {
  await Promise.all([agent?.close(), executor?.close()]);
  await proxy?.stop();
});

const execute = () => agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { timeoutMs: 1_000 });
const tries = () => statuses.filter((type) => type === 'reconnecting').length;

/** Bytes of what the server says first, before it is told anything. */
function greetingBytes(): Promise<number> {
  const { hostname, port } = new URL(servers.nats[0]?.url as string);
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname)
      .once('data', ({ length }) => {
        socket.destroy();
        resolve(length);
      })
      .once('error', reject);
  });
}

describe('a service whose connection is lost', () => {
  test.each(['reset', 'close'] as const)(
    'tries again at once when the next one ends after the greeting (%s)',
    async (end) => {
      // A client's number may have a digit more, and an answer would be six bytes.
      const heal = proxy.inject(
        { kind: 'limit_data', bytes: (await greetingBytes()) + 4, end },
        { direction: 'toClient' },
      );
      const reset = proxy.inject({ kind: 'reset_peer', afterMs: 0 });
      await vi.waitFor(() => expect(statuses).toContain('disconnect'));
      await reset();
      await vi.waitFor(() => expect(tries()).toBeGreaterThanOrEqual(4), { timeout: 4_000 });
      expect(statuses).not.toContain('reconnect');
      const healedAt = performance.now();
      await heal();
      await vi.waitFor(async () => expect((await execute()).output).toBe('served'), { timeout: 10_000 });
      expect(performance.now() - healedAt).toBeLessThan(5_000);
      // Once for each time that it was lost and came back.
      for (const type of ['disconnect', 'reconnect']) expect(statuses.filter((one) => one === type)).toHaveLength(1);
    },
    30_000,
  );

  test('notices a server that is silent', async () => {
    const began = performance.now();
    const heal = proxy.inject({ kind: 'timeout', ms: 0 });
    await vi.waitFor(() => expect(executor.connected).toBe(false), { timeout: 20_000 });
    expect(performance.now() - began).toBeLessThan(15_000);
    await heal();
    await vi.waitFor(async () => expect((await execute()).output).toBe('served'), { timeout: 15_000 });
  }, 60_000);

  test('gives up a connection on which nobody greets it', async () => {
    // What is open goes, and what is new stays open and silent.
    const silent = proxy.inject({ kind: 'timeout', ms: 0 }, { direction: 'toClient' });
    const reset = proxy.inject({ kind: 'reset_peer', afterMs: 0 });
    await vi.waitFor(() => expect(statuses).toContain('disconnect'));
    await reset();
    const before = tries();
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(before), { timeout: 15_000 });
    await silent();
    await vi.waitFor(async () => expect((await execute()).output).toBe('served'), { timeout: 15_000 });
  }, 60_000);
});
