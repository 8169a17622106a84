import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeVault, startFakeVault } from './fake-vault.test-support.ts';
import { numbersDocument, publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';

let servers: TestServers;
let vault: FakeVault;
let upstream: Server;
const executors: RunningExecutor[] = [];
let agent: Messaging;
let connections = 0;
let requests = 0;

beforeAll(async () => {
  upstream = createServer((_request, response) => {
    requests++;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  upstream.on('connection', () => connections++);
  // Kept open as long as a test may take: the default of five seconds is less than a busy machine may need.
  upstream.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  servers = await startTestServers({ redis: false });
  vault = await startFakeVault(servers);
  await publish(servers, numbersDocument('numbers', { base_url: origin }));
  for (const name of ['executor-1', 'executor-2'])
    executors.push(await runExecutor(servers, name, { trustedOrigins: [origin] }));
  agent = await servers.connect('agent', 'acme');
});
afterAll(async () => {
  for (const executor of executors) await executor.stop();
  await servers?.stop();
  upstream?.closeAllConnections();
  upstream?.close();
});

test('after a warm-up no executor opens a connection or asks the vault for its first call', async () => {
  const warmed = await agent.request(
    routes.warmSession,
    { tenant: 'acme' },
    { integrations: ['numbers'], tools: ['numbers_look', 'numbers_lok'], deadline_ms: 10_000 },
  );
  expect(warmed).toMatchObject({
    integrations: [{ integration: 'numbers', ready: true, hosts: [{ ready: true }], error: null }],
    missing: ['numbers_lok'],
  });
  // One socket and one lease for each of the two executors.
  await expect.poll(() => [connections, vault.asked.length], { timeout: 10_000 }).toEqual([2, 2]);
  expect(requests).toBe(0);
  for (let i = 0; i < 10; i++) {
    const result = await agent.request(
      routes.executeTool,
      { tenant: 'acme' },
      { tool: 'numbers_look', arguments: { number: i } },
    );
    expect(result.status).toBe('succeeded');
  }
  expect([requests, connections, vault.asked.length]).toEqual([10, 2, 2]);
});

test('a warm-up names at least one tool or integration', async () => {
  await expect(agent.request(routes.warmSession, { tenant: 'acme' }, {})).rejects.toMatchObject({
    code: 'invalid_request',
  });
});
