import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PreparedTool } from '@patchbay/execution-engine';
import { type CaptureProxy, startCaptureProxy, startTestServers, type TestServers } from '@patchbay/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { gcraOf } from '../domain/gcra.ts';
import { toolOf } from '../operations/fakes.test-support.ts';
import { createRedisRateLimiter, type RateLimiter, type RateLimiterOptions } from './redis-rate-limiter.ts';

let servers: TestServers;
const open: RateLimiter[] = [];

beforeAll(async () => {
  servers = await startTestServers();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(() => servers?.stop());

let tools = 0;
/** A tool whose counters no other test has touched. */
function limited(requests_per_minute: number, burst_size: number, over: Partial<PreparedTool> = {}): PreparedTool {
  return toolOf({ integration: `fresh_${++tools}`, rateLimits: { requests_per_minute, burst_size }, ...over });
}

/** Waits for Redis as long as a busy machine may need, so that nothing is decided locally. */
const patientMs = 10_000;

async function limiter(
  url: string | null = servers.redisUrl,
  timeoutMs?: number,
  over: Partial<RateLimiterOptions> = {},
): Promise<RateLimiter & { readonly errors: unknown[] }> {
  const errors: unknown[] = [];
  const created = createRedisRateLimiter({
    url,
    onError: (error) => errors.push(error),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...over,
  });
  open.push(created);
  if (url !== null) await vi.waitFor(() => expect(created.shared).toBe(true), { timeout: 15_000 });
  return Object.assign(created, { errors });
}

/** Asks until it is refused; returns how often it was admitted. */
async function admitted(one: RateLimiter, tool: PreparedTool, tenant = 'acme', connection = 'con_1'): Promise<number> {
  for (let count = 0; ; count++) if ((await one.admit(tenant, tool, connection)) !== null) return count;
}

describe('limits shared over Redis', () => {
  test('admit in any window at most burst + rate · time + 1, and nearly that, with eight executors at once', async () => {
    const [burst, perMs] = [5, 0.05];
    const tool = limited(perMs * 60_000, burst);
    const limiters = await Promise.all(Array.from({ length: 8 }, () => limiter(servers.redisUrl, patientMs)));
    const admissions: { from: number; to: number }[] = [];
    const end = performance.now() + 1_500;
    const began = performance.now();
    await Promise.all(
      limiters.map(async (one) => {
        for (let from = performance.now(); from < end; from = performance.now()) {
          const waitMs = (await one.admit('acme', tool, 'con_1'))?.waitMs ?? null;
          if (waitMs === null) admissions.push({ from, to: performance.now() });
        }
      }),
    );
    expect(limiters.flatMap(({ errors }) => errors)).toEqual([]);
    // Redis decided somewhere between `from` and `to`, so these windows are never shorter than the true ones.
    for (const { from } of admissions)
      for (const { to } of admissions.filter((one) => one.to > from)) {
        const inside = admissions.filter((one) => one.from >= from && one.to <= to).length;
        expect(inside).toBeLessThanOrEqual(burst + perMs * (to - from) + 1);
      }
    const last = Math.max(...admissions.map(({ to }) => to));
    // Nearly: a busy machine asks late now and then, and what nobody asks for in time is gone.
    expect(admissions.length).toBeGreaterThanOrEqual(0.7 * (burst + perMs * (last - began)));
  });

  test('tell exactly how long to wait', async () => {
    const one = await limiter(servers.redisUrl, patientMs);
    const tool = limited(300, 1); // one in 200 ms
    expect(await one.admit('acme', tool, 'con_1')).toBeNull();
    const asked: { from: number; to: number; waitMs: number }[] = [];
    let admittedAt = 0;
    while (admittedAt === 0) {
      const from = performance.now();
      const waitMs = (await one.admit('acme', tool, 'con_1'))?.waitMs ?? null;
      if (waitMs === null) admittedAt = performance.now();
      else asked.push({ from, to: performance.now(), waitMs });
    }
    const { from, to, waitMs } = asked[0] as (typeof asked)[number];
    expect(waitMs).toBeLessThanOrEqual(200);
    expect(admittedAt).toBeGreaterThanOrEqual(from + waitMs);
    // Every later answer names the same moment.
    for (const later of asked) {
      expect(later.from + later.waitMs).toBeLessThanOrEqual(to + waitMs + 0.01);
      expect(later.to + later.waitMs).toBeGreaterThanOrEqual(from + waitMs - 0.01);
    }
  });

  test('of the integration and of the tool both hold, and a refusal counts against neither', async () => {
    const one = await limiter(servers.redisUrl, patientMs);
    const slow = limited(1, 3, { name: 'slow', toolRateLimits: { requests_per_minute: 1, burst_size: 1 } });
    const other = toolOf({ ...slow, name: 'other', toolRateLimits: null });
    expect(await admitted(one, slow)).toBe(1);
    for (let i = 0; i < 5; i++) expect(await one.admit('acme', slow, 'con_1')).toMatchObject({ scope: 'tool' });
    expect(await admitted(one, other)).toBe(2);
  });

  test('of a tenant hold over all its tools and connections, and are asked together with theirs', async () => {
    const tenantLimit = (tenant: string) =>
      tenant === 'small' ? gcraOf({ requests_per_minute: 1, burst_size: 4 }) : null;
    const one = await limiter(servers.redisUrl, patientMs, { tenantLimit });
    const [free, tight] = [toolOf({ integration: `fresh_${++tools}` }), limited(1, 1)];
    expect(one.applies('small', free)).toBe(true);
    expect(one.applies('large', free)).toBe(false);
    expect(await admitted(one, tight, 'small')).toBe(1);
    expect(await one.admit('small', tight, 'con_1')).toMatchObject({ scope: 'integration' });
    // The refusals above counted against neither.
    expect(await admitted(one, free, 'small', 'con_2')).toBe(3);
    expect(await one.admit('small', free, 'con_3')).toMatchObject({ scope: 'tenant' });
    expect(await one.admit('large', free, 'con_3')).toBeNull();
  });

  test('count tenants and connections apart', async () => {
    const [one, two] = [await limiter(servers.redisUrl, patientMs), await limiter(servers.redisUrl, patientMs)];
    const tool = limited(1, 2);
    expect(await admitted(one, tool)).toBe(2);
    expect(await admitted(two, tool)).toBe(0);
    expect(await admitted(two, tool, 'rival')).toBe(2);
    expect(await admitted(two, tool, 'acme', 'con_2')).toBe(2);
  });

  test('of a tool that has none admit everything', async () => {
    const one = await limiter(servers.redisUrl, patientMs);
    const answers = await Promise.all(Array.from({ length: 100 }, () => one.admit('acme', toolOf(), 'con_1')));
    expect(new Set(answers)).toEqual(new Set([null]));
  });

  test('leave no key behind for longer than it says something', async () => {
    const one = await limiter(servers.redisUrl, patientMs);
    const tool = limited(600, 1); // one in 100 ms
    expect(await one.admit('acme', tool, 'con_1')).toBeNull();
    const redis = new Redis(servers.redisUrl);
    const key = `patchbay:rate:{acme}:con_1:${tool.integration}`;
    expect(await redis.pttl(key)).toBeLessThanOrEqual(101);
    await vi.waitFor(async () => expect(await redis.exists(key)).toBe(0));
    await redis.quit();
  });

  test('begin anew when Redis forgot everything (F19): at most another burst', async () => {
    const one = await limiter(servers.redisUrl, patientMs);
    const tool = limited(1, 3);
    expect(await admitted(one, tool)).toBe(3);
    const redis = new Redis(servers.redisUrl);
    await redis.flushall();
    await redis.quit();
    expect(await admitted(one, tool)).toBe(3);
    expect(one.errors).toEqual([]);
  });

  test('hold between eight processes as between eight in one (R11)', { timeout: 60_000 }, async () => {
    const [burst, perMs] = [5, 0.05];
    const tool = limited(perMs * 60_000, burst);
    const script = fileURLToPath(new URL('rate-limiter-process.test-support.ts', import.meta.url));
    const processes = Array.from({ length: 8 }, () => fork(script, { execArgv: [] }));
    try {
      await Promise.all(processes.map((one) => once(one, 'message')));
      const answers = processes.map((one) => once(one, 'message') as Promise<[{ from: number; to: number }[]]>);
      for (const one of processes)
        one.send({ url: servers.redisUrl, integration: tool.integration, limits: tool.rateLimits, forMs: 1_500 });
      const admissions = (await Promise.all(answers)).flatMap(([own]) => own);
      for (const { from } of admissions)
        for (const { to } of admissions.filter((one) => one.to > from)) {
          const inside = admissions.filter((one) => one.from >= from && one.to <= to).length;
          expect(inside).toBeLessThanOrEqual(burst + perMs * (to - from) + 1);
        }
      expect(admissions.length).toBeGreaterThan(burst);
    } finally {
      for (const one of processes) one.kill();
    }
  });

  test('survive that Redis forgot the script', async () => {
    const one = await limiter(servers.redisUrl, patientMs);
    const tool = limited(1, 3);
    expect(await one.admit('acme', tool, 'con_1')).toBeNull();
    const redis = new Redis(servers.redisUrl);
    await redis.script('FLUSH');
    await redis.quit();
    expect(await admitted(one, tool)).toBe(2);
    expect(one.errors).toEqual([]);
  });
});

describe('without Redis', () => {
  test('each executor keeps the limits alone', async () => {
    const [one, two] = [await limiter(null), await limiter(null)];
    const tool = limited(1, 2);
    expect(one.shared).toBe(false);
    expect(await admitted(one, tool)).toBe(2);
    expect((await one.admit('acme', tool, 'con_1'))?.waitMs).toBeGreaterThan(50_000);
    expect(await admitted(two, tool)).toBe(2);
  });

  test('each executor keeps its part of them, when it knows of others', async () => {
    const four = { executors: () => 4 };
    const [one, two] = [await limiter(null, undefined, four), await limiter(null, undefined, four)];
    const tool = limited(60, 8);
    expect(await admitted(one, tool)).toBe(2);
    // A quarter of one in a second.
    expect((await one.admit('acme', tool, 'con_1'))?.waitMs).toBeGreaterThan(3_000);
    expect(await admitted(two, tool)).toBe(2);
    expect(await admitted(two, limited(60, 1))).toBe(1);
  });
});

describe('when Redis fails', () => {
  let proxy: CaptureProxy;
  let url: string;
  beforeAll(async () => {
    const direct = new URL(servers.redisUrl);
    proxy = await startCaptureProxy(Number(direct.port));
    url = servers.redisUrl.replace(`:${direct.port}`, `:${proxy.port}`);
  });
  afterAll(() => proxy?.stop());

  /** Shares the limit again: another executor's admissions count here. */
  async function isSharedAgain(one: RateLimiter): Promise<void> {
    const other = await limiter(servers.redisUrl, patientMs);
    await vi.waitFor(
      async () => {
        const tool = limited(1, 1);
        expect(await admitted(other, tool)).toBe(1);
        expect(await admitted(one, tool)).toBe(0);
      },
      { timeout: 15_000, interval: 50 },
    );
    expect(one.shared).toBe(true);
  }

  test('a Redis that is down (F19) costs accuracy, not calls, is reported once, and is shared again when it is back', async () => {
    const one = await limiter(url, patientMs);
    proxy.refuse();
    proxy.cut();
    await vi.waitFor(() => expect(one.shared).toBe(false));
    expect(await admitted(one, limited(1, 4))).toBe(4);
    await vi.waitFor(() => expect(one.errors).toHaveLength(1));
    proxy.accept();
    await isSharedAgain(one);
    expect(one.errors).toHaveLength(1);
  });

  test('a burst that was used up over Redis is not there once more when Redis goes', async () => {
    const one = await limiter(url, patientMs, { executors: () => 2 });
    const [used, half] = [limited(1, 6), limited(1, 6)];
    expect(await admitted(one, used)).toBe(6);
    expect(await one.admit('acme', half, 'con_1')).toBeNull();
    proxy.refuse();
    proxy.cut();
    await vi.waitFor(() => expect(one.shared).toBe(false));
    expect(await admitted(one, used)).toBe(0);
    // Its part is three, one of which it had.
    expect(await admitted(one, half)).toBe(2);
    proxy.accept();
    await isSharedAgain(one);
  });

  test('a call under way when Redis goes is decided here', async () => {
    const one = await limiter(url, patientMs);
    const tool = limited(1, 1);
    proxy.pause();
    const pending = one.admit('acme', tool, 'con_1');
    proxy.cut();
    expect(await pending).toBeNull();
    proxy.resume();
    expect((await one.admit('acme', tool, 'con_1'))?.waitMs).toBeGreaterThan(0);
  });

  test('a Redis that is silent (F20) is left alone for a while, and asked again later', async () => {
    const one = await limiter(url);
    await admitted(one, limited(1, 1));
    proxy.pause();
    const tool = limited(1, 50);
    expect(await one.admit('acme', tool, 'con_1')).toBeNull();
    expect(one.shared).toBe(false);
    expect(one.errors).toEqual([expect.objectContaining({ message: expect.stringContaining('within 20 ms') })]);
    const sentBefore = sent();
    expect(await admitted(one, tool)).toBe(49);
    expect(sent()).toBe(sentBefore);
    proxy.resume();
    await isSharedAgain(one);
  });

  const sent = () => proxy.captured().reduce((bytes, { toServer }) => bytes + toServer.length, 0);

  test('a server that is stopped and goes on (F19) is asked again', async () => {
    const one = await limiter();
    servers.redis?.kill('SIGSTOP');
    try {
      expect(await admitted(one, limited(1, 3))).toBe(3);
      expect(one.shared).toBe(false);
    } finally {
      servers.redis?.kill('SIGCONT');
    }
    await isSharedAgain(one);
  });
});
