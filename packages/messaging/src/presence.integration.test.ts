import { headers, type NatsConnection } from '@nats-io/transport-node';
import { headers as names, routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { okay, serveExecute } from './execute-endpoint.test-support.ts';
import { rawConnection } from './raw-connection.test-support.ts';
import type { Messaging } from './types.ts';

let servers: TestServers;
let executor: Messaging;
let admin: NatsConnection;
const seen: (string | null)[] = [];

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'], redis: false });
  executor = await servers.connect('executor');
  await serveExecute(executor, async (_request, { presence }) => {
    seen.push(presence);
    return okay(null);
  });
  admin = await rawConnection(servers, 'admin');
});
afterAll(async () => {
  await admin?.close();
  await servers?.stop();
});

async function presenceOfNext(ask: () => Promise<unknown>): Promise<string | null> {
  const before = seen.length;
  await ask();
  expect(seen).toHaveLength(before + 1);
  return seen.at(-1) as string | null;
}

describe('the presence of a caller', () => {
  test('is told with a request that asks for it, and only then', async () => {
    const agent = await servers.connect('agent', 'acme');
    const ask = (presence?: boolean) =>
      presenceOfNext(() =>
        agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, presence ? { presence } : {}),
      );
    expect(await ask()).toBeNull();
    const first = await ask(true);
    expect(first).toMatch(/^_INBOX_agent\.acme\.[A-Za-z0-9]+$/);
    expect(await ask(true)).toBe(first);
  });

  test.each([
    ['another tenant', '_INBOX_agent.rival.X1'],
    ['a tenant, told by the operator', '_INBOX_agent.acme.X1'],
    ['a stream', 'audit.v1.acme.execution'],
    ['everybody', '_INBOX_admin.>'],
    ['nobody', '_INBOX_admin.'],
    ['too much', `_INBOX_admin.${'x'.repeat(300)}`],
  ])('is not believed when it is that of %s', async (_whose, presence) => {
    const head = headers();
    head.set(names.presence, presence);
    const ask = () => admin.request('tools.v1.acme.execute', '{"tool":"a_tool"}', { headers: head, timeout: 10_000 });
    expect(await presenceOfNext(ask)).toBeNull();
    head.set(names.presence, '_INBOX_admin.X1');
    expect(await presenceOfNext(ask)).toBe('_INBOX_admin.X1');
  });

  test('ends with its connection: whoever watches is told once', async () => {
    const agent = await servers.connect('agent', 'acme');
    const presence = await presenceOfNext(() =>
      agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { presence: true }),
    );
    const gone = vi.fn();
    const forgotten = vi.fn();
    executor.watchPresence(presence as string, gone);
    executor.watchPresence(presence as string, forgotten).unsubscribe();
    const other = vi.fn();
    const staying = executor.watchPresence('_INBOX_admin.here', other);
    admin.subscribe('_INBOX_admin.here', { callback: () => {} });
    await admin.flush();
    await agent.close();
    await vi.waitFor(() => expect(gone).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    // Looked for as often, and there.
    expect(other).not.toHaveBeenCalled();
    expect(forgotten).not.toHaveBeenCalled();
    staying.unsubscribe();
  });
});
