import { routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectMessaging, createUserSeed } from './index.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ redis: false });
});
afterAll(() => servers?.stop());

describe('a connection', () => {
  test('says clearly that no server answers, and no password', async () => {
    const failure = connectMessaging({
      servers: ['nats://user:hunter2@127.0.0.1:1'],
      seed: servers.seedOf('admin'),
      name: 'x',
      inboxPrefix: '_INBOX_admin',
    });
    await expect(failure).rejects.toMatchObject({ code: 'overloaded', message: expect.stringContaining('npm start') });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
  });

  test('says clearly that its key is refused', async () => {
    await expect(
      connectMessaging({
        servers: servers.natsUrls,
        seed: createUserSeed().seed,
        name: 'stranger',
        inboxPrefix: '_INBOX_x',
      }),
    ).rejects.toMatchObject({ code: 'not_permitted', message: expect.stringContaining('stranger') });
  });

  test('knows its server and whether it is up', async () => {
    const agent = await servers.connect('agent', 'acme');
    expect(agent.connected).toBe(true);
    expect(agent.serverVersion).toMatch(/^2\.\d+/);
    expect(agent.maxPayloadBytes).toBe(4 * 1024 * 1024);
  });

  test('that is closed carries nothing, and closes again without complaint', async () => {
    const agent = await servers.connect('agent', 'acme');
    await agent.close();
    expect(agent.connected).toBe(false);
    await expect(agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'overloaded',
    });
    await agent.close();
  });

  test('reports what it may not do', async () => {
    const statuses: { type: string; detail?: string }[] = [];
    const agent = await servers.connect('agent', 'acme', { onStatus: (status) => statuses.push(status) });
    await expect(agent.request(routes.executeTool, { tenant: 'rival' }, { tool: 'a_tool' })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    await vi.waitFor(() =>
      expect(statuses).toContainEqual({ type: 'error', detail: expect.stringContaining('tools.v1.rival.execute') }),
    );
  });
});
