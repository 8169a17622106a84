import type { EgressOutcome } from '@patchbay/egress';
import { describe, expect, it, vi } from 'vitest';
import { answer, benchOf, failure, toolOf } from '../tools.test-support.ts';

const read = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' } });
const write = toolOf({});
const keyed = toolOf({ idempotency: { kind: 'header' } });
const natural = toolOf({ idempotency: { kind: 'natural' }, request: { method: 'DELETE', path: '/x' } });
const ok = answer(200, { ok: true });
const lost = failure('connection_lost', true);

describe('what is attempted again', () => {
  it.each([
    ['a read after 503', read, answer(503), 'succeeded', 2],
    ['a read after 408', read, answer(408), 'succeeded', 2],
    ['a read whose connection was lost', read, lost, 'succeeded', 2],
    ['a read after 404', read, answer(404), 'failed', 1],
    ['a read after 501', read, answer(501), 'failed', 1],
    ['a write after 503', write, answer(503), 'failed', 1],
    ['a write after 429', write, answer(429), 'succeeded', 2],
    ['a write that was not sent', write, failure('unreachable', false), 'succeeded', 2],
    ['a write that had no socket', write, failure('exhausted', false), 'succeeded', 2],
    ['a write whose connection was lost before it was sent', write, failure('connection_lost', false), 'succeeded', 2],
    ['a write that was sent and not answered', write, lost, 'outcome_unknown', 1],
    ['a write that a gateway could not deliver', write, answer(504), 'outcome_unknown', 1],
    ['a natural write that was sent and not answered', natural, lost, 'succeeded', 2],
    ['a write that egress refused', write, failure('denied', false), 'refused', 1],
  ])('%s', async (_what, prepared, first, status, attempts) => {
    const bench = benchOf([first, ok]);
    expect(await bench.execute(prepared)).toMatchObject({ status, attempts });
  });

  it('a keyed write is repeated with the same key, and only when it has one', async () => {
    const bench = benchOf([lost, answer(500), ok]);
    expect(await bench.execute(keyed, { idempotencyKey: 'toolu_1' })).toMatchObject({
      status: 'succeeded',
      attempts: 3,
    });
    const keys = bench.requests.map((request) => request.headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
    expect(await benchOf([lost, ok]).execute(keyed)).toMatchObject({
      status: 'outcome_unknown',
      attempts: 1,
      error: { retryable: false },
    });
  });

  it('ends at the most attempts the document allows, telling each to the caller', async () => {
    const numbers: number[] = [];
    const bench = benchOf([answer(500)]);
    const outcome = await bench.execute(read, { onAttempt: ({ number }) => void numbers.push(number) });
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 3,
      upstreamStatus: 500,
      error: { code: 'upstream_error', retryable: true },
    });
    expect(numbers).toEqual([1, 2, 3]);
    expect(bench.waits).toEqual([50, 100]);
    const once = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' }, retry: { max_attempts: 1 } });
    expect(await benchOf([answer(500)]).execute(once)).toMatchObject({ attempts: 1 });
    const eager = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' }, retry: { backoff: 'none' } });
    const eagerBench = benchOf([answer(500)]);
    await eagerBench.execute(eager);
    expect(eagerBench.waits).toEqual([]);
  });

  it('stops when the budget of the host is spent', async () => {
    const bench = benchOf([answer(429)]);
    let attempts = 0;
    for (let i = 0; i < 20; i++) attempts += (await bench.execute(read, { deadlineAt: 1e9 })).attempts;
    expect(attempts).toBeLessThanOrEqual(20 * 1.2 + 12);
  });
});

describe('the deadline', () => {
  it('refuses at once when it has passed, and when what is left is less than an answer takes', async () => {
    const bench = benchOf([() => bench.passThen(100, ok)]);
    expect(await bench.execute(read, { deadlineAt: 0 })).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'deadline_exceeded' },
    });
    for (let i = 0; i < 5; i++) await bench.execute(read);
    const sent = bench.requests.length;
    const deadlineAt = 1_000 + sent * 100 + 60;
    expect(await bench.execute(read, { deadlineAt })).toMatchObject({ status: 'refused', attempts: 0 });
    expect(bench.requests).toHaveLength(sent);
    // The estimate doubts itself, so that a host that became quick again is found out.
    for (let i = 0; i < 20; i++) await bench.execute(read, { deadlineAt });
    expect(bench.requests).toHaveLength(sent + 1);
  });

  it('is passed on with each attempt, cut to the time one attempt may take', async () => {
    const tool = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' }, timeout_ms: 500 });
    const bench = benchOf([() => bench.passThen(500, failure('deadline', true)), ok]);
    expect(await bench.execute(tool, { deadlineAt: 1_000 + 1_200 })).toMatchObject({
      status: 'succeeded',
      attempts: 2,
    });
    expect(bench.requests.map((request) => request.deadlineAt)).toEqual([1_500, 2_050]);
    const short = benchOf([ok]);
    await short.execute(tool, { deadlineAt: 1_200 });
    expect(short.requests[0]?.deadlineAt).toBe(1_200);
  });

  it.each([
    [read, true, 'failed', 'deadline_exceeded', true],
    [write, true, 'outcome_unknown', 'outcome_unknown', false],
    [write, false, 'failed', 'deadline_exceeded', true],
    [natural, true, 'outcome_unknown', 'outcome_unknown', true],
  ])('passing during an attempt gives the honest answer', async (prepared, sent, status, code, retryable) => {
    const bench = benchOf([() => bench.passThen(2_000, failure('deadline', sent))]);
    expect(await bench.execute(prepared, { deadlineAt: 3_000 })).toMatchObject({
      status,
      attempts: 1,
      error: { code, retryable },
    });
  });

  it('is never waited past: a longer Retry-After is handed to the caller', async () => {
    const bench = benchOf([answer(429, '', { 'retry-after': '30' }), ok]);
    const outcome = await bench.execute(write);
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'rate_limited', retryable: true, retry_after_ms: 30_000 },
    });
    expect(bench.waits).toEqual([]);
  });

  it.each([
    ['2', 2_000],
    ['Sat, 31 Jan 2026 09:30:03 GMT', 3_000],
    ['soon', 50],
    ['0', 50],
  ])('has room for Retry-After %s, which is obeyed', async (value, wait) => {
    const bench = benchOf([answer(503, '', { 'retry-after': value }), ok]);
    expect((await bench.execute(read)).status).toBe('succeeded');
    expect(bench.waits).toEqual([wait]);
  });

  it('holds for an egress that never answers and for one that throws', async () => {
    const { createEngine } = await import('../create-engine.ts');
    const silent = createEngine({ egress: { send: () => new Promise(() => {}), open: () => new Promise(() => {}) } });
    const input = {
      tenant: 'acme',
      arguments: {},
      credential: { type: 'bearer', token: 't' },
      variables: {},
      idempotencyKey: null,
    } as const;
    const outcomes = await Promise.all([
      silent.execute({ ...input, prepared: read, deadlineAt: performance.now() + 30 }),
      silent.execute({ ...input, prepared: write, deadlineAt: performance.now() + 30 }),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'failed', error: { code: 'deadline_exceeded' } },
      { status: 'outcome_unknown' },
    ]);
    silent.close();
    const broken = benchOf([() => Promise.reject(new Error('a defect'))]);
    expect(await broken.execute(write)).toMatchObject({ status: 'outcome_unknown', attempts: 1 });
  });
});

describe('the wait for a socket of ours', () => {
  it('is no time of the upstream, whether an answer follows or not', async () => {
    const timing = { connectMs: 80, queuedMs: 80, totalMs: 130 };
    const bench = benchOf([() => bench.passThen(130, { ...answer(200, {}), timing } as EgressOutcome)]);
    expect(await bench.execute(read)).toMatchObject({ status: 'succeeded', upstreamMs: 50 });
    const { failure: late } = failure('deadline', false) as Extract<EgressOutcome, { ok: false }>;
    const never = benchOf([() => never.passThen(2_000, { ok: false, failure: { ...late, queuedMs: 1_990 } })]);
    expect(await never.execute(write, { deadlineAt: 3_000 })).toMatchObject({ status: 'failed', upstreamMs: 10 });
  });
});

describe('an earlier attempt that was not answered', () => {
  it('is not undone by a later failure', async () => {
    const outcome = await benchOf([lost, failure('unreachable', false)]).execute(natural);
    expect(outcome).toMatchObject({
      status: 'outcome_unknown',
      attempts: 3,
      error: { details: { last_error: 'upstream_unreachable' } },
    });
    expect(await benchOf([lost, answer(404)]).execute(natural)).toMatchObject({
      status: 'outcome_unknown',
      attempts: 2,
    });
    expect(await benchOf([lost, answer(500)]).execute(keyed, { idempotencyKey: 'k' })).toMatchObject({
      status: 'outcome_unknown',
    });
  });

  it('is settled by the answer to the same key', async () => {
    const outcome = await benchOf([lost, answer(422, { message: 'No.' })]).execute(keyed, { idempotencyKey: 'k' });
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', details: { upstream_status: 422, upstream_message: 'No.' } },
    });
  });

  it('stays unknown when the execution is cancelled while it waits', async () => {
    const controller = new AbortController();
    const bench = benchOf([lost], { sleep: async () => controller.abort() });
    expect(await bench.execute(natural, { signal: controller.signal })).toMatchObject({
      status: 'outcome_unknown',
      attempts: 1,
    });
  });
});

describe('cancellation', () => {
  it('before anything was sent leaves nothing done', async () => {
    const bench = benchOf([ok]);
    expect(await bench.execute(write, { signal: AbortSignal.abort() })).toMatchObject({
      status: 'cancelled',
      attempts: 0,
      error: { code: 'cancelled' },
    });
    expect(bench.requests).toHaveLength(0);
  });

  it('reaches the socket of a read, and never that of a write', async () => {
    const { signal } = new AbortController();
    const bench = benchOf([ok]);
    await bench.execute(read, { signal });
    await bench.execute(write, { signal });
    expect(bench.requests.map((request) => request.signal)).toEqual([signal, undefined]);
    expect(bench.requests.map((request) => request.followRedirects)).toEqual([true, false]);
  });

  it.each([
    [failure('aborted', true), read, 'cancelled'],
    [failure('aborted', false), write, 'cancelled'],
    [failure('aborted', true), write, 'outcome_unknown'],
  ])('of an attempt is told as it is', async (outcome, prepared, status) => {
    expect(await benchOf([outcome]).execute(prepared)).toMatchObject({ status, attempts: 1 });
  });

  it('during a wait ends it', async () => {
    const controller = new AbortController();
    const bench = benchOf([answer(429)], { sleep: async () => controller.abort() });
    expect(await bench.execute(write, { signal: controller.signal })).toMatchObject({
      status: 'cancelled',
      attempts: 1,
    });
  });
});

describe('a refused credential', () => {
  it('is replaced once, and the call repeated with the other', async () => {
    const bench = benchOf([answer(401), ok]);
    const refreshCredential = vi.fn(async () => ({ type: 'bearer', token: 'fresh-token' }) as const);
    expect(await bench.execute(read, { refreshCredential })).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(bench.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-0123456789',
      'Bearer fresh-token',
    ]);
    expect(refreshCredential.mock.calls).toEqual([['unauthorized']]);
  });

  it.each([
    ['there is no other', async () => null, 1],
    ['what is there is the same', async () => ({ type: 'bearer', token: 'token-0123456789' }) as const, 1],
    ['asking fails', async () => Promise.reject(new Error('vault')), 1],
    ['the other is refused too', async () => ({ type: 'bearer', token: 'fresh-token' }) as const, 2],
  ])('is the answer when %s', async (_when, refreshCredential, attempts) => {
    const outcome = await benchOf([answer(401)]).execute(read, { refreshCredential });
    expect(outcome).toMatchObject({
      status: 'failed',
      attempts,
      error: { code: 'credential_expired', details: { upstream_status: 401 } },
    });
  });

  it('is the answer for a write that cannot be repeated, and without anyone to ask', async () => {
    const refreshCredential = vi.fn(async () => null);
    expect(await benchOf([answer(401)]).execute(write, { refreshCredential })).toMatchObject({
      attempts: 1,
      error: { code: 'credential_expired' },
    });
    expect(refreshCredential).not.toHaveBeenCalled();
    expect(await benchOf([answer(401)]).execute(read)).toMatchObject({ attempts: 1 });
  });

  it('that is replaced by one that does not fit leaves the refusal as the answer', async () => {
    const refreshCredential = async () => ({ type: 'api_key', api_key: 'k' }) as const;
    expect(await benchOf([answer(401)]).execute(read, { refreshCredential })).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { details: { upstream_status: 401 } },
    });
  });
});

describe('the circuit', () => {
  it('opens after ten failures of a host, refuses at once, and closes after a probe', async () => {
    const bench = benchOf([...Array.from({ length: 10 }, () => failure('unreachable', false)), ok], {});
    const tool = toolOf({ retry: { max_attempts: 1 } });
    for (let i = 0; i < 10; i++) await bench.execute(tool);
    expect(bench.engine.breakerState('acme', 'api.acme.com')).toEqual({
      host: 'open',
      tenant: 'closed',
      retry_after_ms: 5_000,
    });
    expect(await bench.execute(tool)).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'circuit_open', retry_after_ms: 5_000 },
    });
    bench.pass(5_000);
    expect((await bench.execute(tool)).status).toBe('succeeded');
    expect(bench.engine.breakerState('acme', 'api.acme.com').host).toBe('closed');
  });

  it("of a tenant opens after ten 5xx, and leaves other tenants' calls alone", async () => {
    const bench = benchOf([answer(500)]);
    const tool = toolOf({ retry: { max_attempts: 1 } });
    for (let i = 0; i < 10; i++) await bench.execute(tool);
    expect(bench.engine.breakerState('acme', 'api.acme.com')).toMatchObject({ host: 'closed', tenant: 'open' });
    expect(await bench.execute(tool)).toMatchObject({ attempts: 0, error: { code: 'circuit_open' } });
    expect(await bench.execute(tool, { tenant: 'other' })).toMatchObject({ attempts: 1 });
  });

  it('opening between attempts leaves the last failure as the answer', async () => {
    const bench = benchOf([answer(500)], { circuit: { maxConsecutive: 2 } });
    expect(await bench.execute(read)).toMatchObject({
      status: 'failed',
      attempts: 2,
      error: { code: 'upstream_error' },
    });
  });

  it('of one tenant opens for refused credentials and not for other answers', async () => {
    const bench = benchOf([...Array.from({ length: 15 }, () => answer(404)), answer(401)]);
    for (let i = 0; i < 15; i++) await bench.execute(write);
    expect(bench.engine.breakerState('acme', 'api.acme.com')).toMatchObject({ host: 'closed', tenant: 'closed' });
    for (let i = 0; i < 10; i++) await bench.execute(write);
    expect(bench.engine.breakerState('acme', 'api.acme.com')).toMatchObject({ host: 'closed', tenant: 'open' });
    expect(await bench.execute(write)).toMatchObject({ status: 'refused', error: { code: 'circuit_open' } });
    expect(await bench.execute(write, { tenant: 'other' })).toMatchObject({ attempts: 1 });
    expect(await bench.execute(write, { credential: { type: 'bearer', token: 'reconnected' } })).toMatchObject({
      attempts: 1,
    });
  });

  it('takes silence for a failing host only after an ample wait', async () => {
    const tool = toolOf({ retry: { max_attempts: 1 } });
    const short = benchOf([() => short.passThen(50, failure('deadline', true))]);
    for (let i = 0; i < 20; i++) await short.execute(tool);
    expect(short.engine.breakerState('acme', 'api.acme.com').host).toBe('closed');
    const ample = benchOf([() => ample.passThen(1_000, failure('deadline', true))]);
    for (let i = 0; i < 10; i++) await ample.execute(tool);
    expect(ample.engine.breakerState('acme', 'api.acme.com').host).toBe('open');
  });
});
