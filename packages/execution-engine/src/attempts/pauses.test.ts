import { describe, expect, it } from 'vitest';
import { answer, benchOf, toolOf } from '../tools.test-support.ts';

const get = { method: 'GET', path: '/x' } as const;
const read = toolOf({ risk: 'read', request: get });
const other = toolOf({ name: 'acme_other', risk: 'read', request: get });
const ok = answer(200, {});
const nothingLeft = answer(200, {}, { ratelimit: '"default";r=0;t=3' });

describe('an upstream that has nothing left for a connection', () => {
  it('is asked again when it said so, by any tool of the host, if the deadline allows', async () => {
    const bench = benchOf([nothingLeft, ok]);
    expect(await bench.execute(read)).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect(await bench.execute(other)).toMatchObject({ status: 'succeeded', attempts: 1 });
    // The three seconds, and half of what chance may add.
    expect(bench.waits).toEqual([3_050]);
    await bench.execute(read);
    expect(bench.waits).toHaveLength(1);
  });

  it('is not asked when the deadline comes first, and the answer says when it can be', async () => {
    const bench = benchOf([nothingLeft, ok]);
    await bench.execute(read);
    bench.pass(1_000);
    expect(await bench.execute(other, { deadlineAt: 1_000 + 2_500 })).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'rate_limited', retryable: true, retry_after_ms: 2_000, details: { limit: 'upstream' } },
    });
    expect(bench.requests).toHaveLength(1);
  });

  it.each([
    ['another tenant', { tenant: 'beta' }],
    ['another connection', { connection: 'con_2' }],
  ])('is asked by %s at once', async (_who, input) => {
    const bench = benchOf([nothingLeft, ok]);
    await bench.execute(read, { connection: 'con_1' });
    expect(await bench.execute(read, { connection: 'con_1', ...input })).toMatchObject({ status: 'succeeded' });
    expect(bench.waits).toEqual([]);
  });

  it('under a limit with a name stops only the tool that met it', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9', 'x-ratelimit-resource': 'search' };
    const bench = benchOf([answer(200, {}, headers), ok]);
    await bench.execute(read);
    expect((await bench.execute(other)).status).toBe('succeeded');
    expect(bench.waits).toEqual([]);
    expect(await bench.execute(read, { deadlineAt: 2_000 })).toMatchObject({ status: 'refused' });
  });

  it('ends the wait of who cancels', async () => {
    const controller = new AbortController();
    const bench = benchOf([nothingLeft, ok], { sleep: async () => controller.abort() });
    await bench.execute(read);
    expect(await bench.execute(read, { signal: controller.signal })).toMatchObject({
      status: 'cancelled',
      attempts: 0,
    });
  });
});

describe('a refusal that says when to come back', () => {
  it.each([
    [429, 'rate_limited'],
    [503, 'upstream_error'],
  ])('%i is remembered for the tool: the next call does not ask in vain', async (status, code) => {
    const bench = benchOf([answer(status, '', { 'retry-after': '30' }), ok]);
    expect(await bench.execute(read)).toMatchObject({ status: 'failed', error: { code, retry_after_ms: 30_000 } });
    expect(await bench.execute(read)).toMatchObject({
      status: 'refused',
      error: { code: 'rate_limited', retry_after_ms: 30_000 },
    });
    expect(bench.requests).toHaveLength(1);
    expect(await bench.execute(other)).toMatchObject({ status: 'succeeded' });
    bench.pass(30_000);
    expect(await bench.execute(read)).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['an hour', { 'retry-after': '3600' }, 3_600_000],
    ['a year, which is capped', { 'retry-after': '31536000' }, 3_600_000],
    ['garbage', { 'retry-after': 'x' }, null],
    ['less than nothing', { 'retry-after': '-7' }, null],
    ['a date long gone', { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, 0],
  ])('%s never keeps an answer past its deadline', async (_what, headers, wait) => {
    const bench = benchOf([answer(429, '', headers)]);
    const outcome = await bench.execute(toolOf({ retry: { max_attempts: 2, backoff: 'none' } }), { deadlineAt: 2_000 });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'rate_limited', retry_after_ms: wait } });
    expect(bench.waits).toEqual([]);
  });
});

describe('foresee', () => {
  it('knows that a deadline is too short before anything is reserved, once enough answers were seen', async () => {
    const bench = benchOf([() => bench.passThen(100, ok)]);
    expect(bench.engine.foresee(read, 1_001)).toBeNull();
    for (let i = 0; i < 5; i++) await bench.execute(read);
    const now = 1_500;
    expect(bench.engine.foresee(read, now + 100)).toBeNull();
    expect(bench.engine.foresee(read, now + 99)?.body).toMatchObject({
      code: 'deadline_exceeded',
      retryable: true,
      details: { usual_ms: 100 },
    });
    expect(bench.engine.foresee(read, now)?.code).toBe('deadline_exceeded');
    for (let i = 0; i < 19; i++) bench.engine.foresee(read, now + 60);
    // Doubt: one of twenty goes through, and is the first to be sent.
    expect(bench.engine.foresee(read, now + 60)).toBeNull();
    expect(await bench.execute(read, { deadlineAt: now + 60 })).toMatchObject({ attempts: 1 });
    expect(bench.engine.foresee(read, now + 160)?.code).toBe('deadline_exceeded');
  });

  it('counts every call of a tool that makes several', async () => {
    const tool = toolOf({
      risk: 'read',
      steps: [
        { id: 'a', request: get },
        { id: 'b', request: get },
      ],
    });
    const bench = benchOf([() => bench.passThen(100, ok)]);
    for (let i = 0; i < 5; i++) await bench.execute(tool);
    expect(bench.engine.foresee(tool, 2_000 + 200)).toBeNull();
    expect(bench.engine.foresee(tool, 2_000 + 199)).not.toBeNull();
  });
});
