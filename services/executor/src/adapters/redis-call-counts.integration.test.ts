import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CallCountsStore, createRedisCallCounts } from './redis-call-counts.ts';

let servers: TestServers;
const opened: CallCountsStore[] = [];
beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme'] });
});
afterAll(async () => {
  for (const store of opened) store.close();
  await servers?.stop();
});

function open(
  url: string | null,
  whenAway: 'refuse' | 'local' = 'refuse',
  onError: (error: unknown) => void = () => {},
) {
  const store = createRedisCallCounts({ url, whenAway, onError });
  opened.push(store);
  return store;
}
const day = Date.parse('2026-11-30T23:59:00Z');
const call = { tenant: 'acme', session: 's1', agent: 'desk', tool: 'acme_do', now: day };
const away = 'redis://127.0.0.1:1';

describe('calls', () => {
  test('are counted by session, agent, tool and tenant, over all executors and day by day', async () => {
    const [one, two] = [open(servers.redisUrl), open(servers.redisUrl)];
    expect(await one.take(call)).toEqual({ session: 0, agent_day: 0, tool_day: 0, tenant_day: 0 });
    expect(await two.take({ ...call, tool: 'acme_undo' })).toEqual({
      session: 1,
      agent_day: 1,
      tool_day: 0,
      tenant_day: 1,
    });
    expect(await one.take({ ...call, session: 's2' })).toEqual({
      session: 0,
      agent_day: 2,
      tool_day: 1,
      tenant_day: 2,
    });
    expect(await one.take({ ...call, agent: 'night' })).toEqual({
      session: 0,
      agent_day: 0,
      tool_day: 2,
      tenant_day: 3,
    });
    const tomorrow = { ...call, now: day + 120_000 };
    expect(await two.look(tomorrow)).toEqual({ session: 2, agent_day: 0, tool_day: 0, tenant_day: 0 });
    expect(await two.look({ ...call, tenant: 'rival' })).toEqual({
      session: 0,
      agent_day: 0,
      tool_day: 0,
      tenant_day: 0,
    });
    await two.giveBack(call);
    expect((await one.look(call)).session).toBe(1);
  });

  test('at once are never let through together', async () => {
    const store = open(servers.redisUrl);
    const before = await Promise.all(Array.from({ length: 20 }, () => store.take({ ...call, session: 'many' })));
    expect(before.map(({ session }) => session).sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  test('are not known when Redis is away, unless each executor may count alone', async () => {
    const errors: unknown[] = [];
    const strict = open(away, 'refuse', (error) => errors.push(error));
    await expect(strict.take(call)).rejects.toMatchObject({ code: 'policy_unavailable' });
    expect(errors.length).toBeGreaterThan(0);
    const lenient = open(away, 'local');
    await lenient.take(call);
    expect((await lenient.take(call)).session).toBe(1);
    await lenient.giveBack(call);
    expect((await lenient.look(call)).session).toBe(1);
  });

  test('are counted by the one executor that there is where there is no Redis', async () => {
    const alone = open(null);
    await alone.take(call);
    expect((await alone.look(call)).session).toBe(1);
  });
});
