import { describe, expect, test, vi } from 'vitest';
import { failed, harness, MemoryLedger, succeeded, toolOf } from './fakes.test-support.ts';

const engineThat = (execute: (input: never) => unknown) => ({
  execute: execute as never,
  foresee: () => null,
  previewRequest: () => ({}) as never,
});

describe('an idempotency key', () => {
  test('gives a repeat the first answer without a second effect', async () => {
    const { run, executed, background, audited } = harness();
    const first = await run({ idempotency_key: 'k' });
    await background.settled();
    const second = await run({ idempotency_key: 'k' });
    expect(second).toMatchObject({ execution_id: first.execution_id, output: first.output, replayed: true });
    expect(executed).toHaveLength(1);
    // In the record each is an execution of its own, with an intent and an outcome.
    await background.settled();
    const typesOf = (wanted: string) =>
      audited.filter(([, , id]) => id === wanted).map(([, type]) => type.split('.').at(-1));
    const [, repeat] = new Set(audited.map(([, , id]) => id));
    expect(typesOf(first.execution_id)).toEqual(['intent', 'outcome']);
    expect(typesOf(repeat as string)).toEqual(['intent', 'outcome']);
    expect(audited.at(-1)?.[3]).toMatchObject({ replayed: true, facts: { answer_of: first.execution_id } });
  });

  test('lets one of a hundred at once act; the others get its answer', async () => {
    const { run, executed } = harness();
    const results = await Promise.all(Array.from({ length: 100 }, () => run({ idempotency_key: 'k' })));
    expect(executed).toHaveLength(1);
    expect(new Set(results.map(({ execution_id }) => execution_id)).size).toBe(1);
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test('used for other arguments is refused', async () => {
    const { run, background } = harness();
    await run({ idempotency_key: 'k' });
    await background.settled();
    expect(await run({ idempotency_key: 'k', arguments: { channel: 'C2' } })).toMatchObject({
      status: 'refused',
      error: { code: 'invalid_request', details: { issues: [{ path: 'idempotency_key' }] } },
    });
  });

  test('still under way at the deadline is in_progress', async () => {
    const gate = Promise.withResolvers<void>();
    const { run } = harness({ engine: engineThat(async () => gate.promise.then(() => succeeded)) });
    const first = run({ idempotency_key: 'k' });
    await Promise.resolve();
    expect(await run({ idempotency_key: 'k', deadline_ms: 40 })).toMatchObject({
      status: 'refused',
      error: { code: 'in_progress', retryable: true },
    });
    gate.resolve();
    await first;
  });

  test('is given back by a refusal and by a failure that is safe to repeat', async () => {
    const outcomes = [
      failed('rate_limited'),
      failed('upstream_unreachable'),
      failed('circuit_open', 'refused'),
      succeeded,
    ];
    const { run, background } = harness({ engine: engineThat(async () => outcomes.shift()) });
    for (const status of ['failed', 'failed', 'refused', 'succeeded']) {
      expect((await run({ idempotency_key: 'k' })).status).toBe(status);
      await background.settled();
    }
    expect((await run({ idempotency_key: 'k' })).replayed).toBe(true);
  });

  test.each([
    ['upstream_error', 'failed'],
    ['outcome_unknown', 'outcome_unknown'],
    ['cancelled', 'cancelled'],
  ] as const)('keeps %s for a repeat', async (code, status) => {
    const { run, background } = harness({ engine: engineThat(async () => failed(code, status)) });
    await run({ idempotency_key: 'k' });
    await background.settled();
    expect(await run({ idempotency_key: 'k' })).toMatchObject({ status, replayed: true, error: { code } });
  });

  test('whose executor was lost answers outcome_unknown, and fences a late answer off', async () => {
    const { run, ledger } = harness({ engine: engineThat(() => new Promise(() => {})) });
    void run({ idempotency_key: 'k', deadline_ms: 50 });
    await vi.waitFor(() => expect(ledger.entries.size).toBe(1));
    const [[name, entry]] = [...ledger.entries] as unknown as [[string, { record: object; revision: number }]];
    ledger.entries.set(name, { ...entry, record: { ...entry.record, started_at: Date.now() - 60_000 } } as never);
    const other = harness({ ledger });
    const result = await other.run({ idempotency_key: 'k' });
    expect(result).toMatchObject({ status: 'outcome_unknown', error: { code: 'outcome_unknown' }, replayed: true });
    expect(await ledger.settle('acme', 'k', entry.record as never, entry.revision)).toBe(false);
    expect(await other.run({ idempotency_key: 'k' })).toMatchObject({ status: 'outcome_unknown', replayed: true });
    expect(other.executed).toEqual([]);
  });

  test('whose lost executor answers at the last moment gives that answer', async () => {
    const ledger = new MemoryLedger();
    const { run, background } = harness({ ledger });
    const first = await run({ idempotency_key: 'k' });
    await background.settled();
    const [[name, entry]] = [...ledger.entries] as unknown as [[string, { record: object; revision: number }]];
    const stale = { ...entry.record, state: 'running', started_at: 0, result: undefined };
    const racing = harness({
      ledger: Object.assign(ledger, {
        claim: async () => ({ won: false as const, record: stale as never, revision: entry.revision - 1 }),
      }),
    });
    expect(ledger.entries.has(name)).toBe(true);
    expect(await racing.run({ idempotency_key: 'k' })).toMatchObject({
      status: 'succeeded',
      replayed: true,
      execution_id: first.execution_id,
    });
  });

  test('released while a repeat waits tells the repeat to ask again', async () => {
    const gate = Promise.withResolvers<void>();
    const { run } = harness({
      engine: engineThat(async () => gate.promise.then(() => failed('circuit_open', 'refused'))),
    });
    const first = run({ idempotency_key: 'k' });
    await Promise.resolve();
    const second = run({ idempotency_key: 'k' });
    gate.resolve();
    await first;
    expect(await second).toMatchObject({ status: 'refused', error: { code: 'in_progress', retry_after_ms: 0 } });
  });

  test('of a read is for cancelling only: reads run each time', async () => {
    const { run, executed, ledger } = harness({}, toolOf({ risk: 'read' }));
    await run({ idempotency_key: 'k' });
    await run({ idempotency_key: 'k' });
    expect(executed).toHaveLength(2);
    expect(ledger.entries.size).toBe(0);
  });
});

describe('an executor that stood still past its deadline', () => {
  test('gives the answer that another declared meanwhile, and announces nothing', async () => {
    const ledger = new MemoryLedger();
    const gate = Promise.withResolvers<void>();
    const slow = harness({ ledger, engine: engineThat(() => gate.promise.then(() => succeeded)) });
    const late = slow.run({ idempotency_key: 'k', deadline_ms: 1 }, { receivedAt: performance.now() + 100 });
    await vi.waitFor(() => expect(ledger.entries.size).toBe(1));
    const [[name, entry]] = [...ledger.entries] as unknown as [[string, { record: object; revision: number }]];
    ledger.entries.set(name, { ...entry, record: { ...entry.record, started_at: 0 } } as never);
    const unknown = await harness({ ledger }).run({ idempotency_key: 'k' });
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 20_000);
    gate.resolve();
    expect(await late).toMatchObject({ status: 'outcome_unknown', execution_id: unknown.execution_id, replayed: true });
    vi.restoreAllMocks();
    expect(slow.finished).toEqual([]);
  });

  test('gives its own answer when nobody spoke for it', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = harness({ engine: engineThat(() => gate.promise.then(() => succeeded)) });
    const late = slow.run({ idempotency_key: 'k', deadline_ms: 1 }, { receivedAt: performance.now() + 100 });
    await vi.waitFor(() => expect(slow.ledger.entries.size).toBe(1));
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 20_000);
    gate.resolve();
    expect(await late).toMatchObject({ status: 'succeeded', replayed: false });
    vi.restoreAllMocks();
    expect(slow.finished).toHaveLength(1);
  });

  test('whose ledger does not answer says in_progress', async () => {
    const gate = Promise.withResolvers<void>();
    const ledger = Object.assign(new MemoryLedger(), { settle: () => Promise.reject(new Error('away')) });
    const slow = harness({ ledger, engine: engineThat(() => gate.promise.then(() => succeeded)) });
    const late = slow.run({ idempotency_key: 'k', deadline_ms: 1 }, { receivedAt: performance.now() + 100 });
    await vi.waitFor(() => expect(ledger.entries.size).toBe(1));
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 20_000);
    gate.resolve();
    expect(await late).toMatchObject({ status: 'refused', error: { code: 'in_progress' } });
    vi.restoreAllMocks();
  });
});
