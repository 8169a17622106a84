import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import { failed, harness, MemoryLedger, recorded, succeeded, toolOf } from './fakes.test-support.ts';

const engineThat = (execute: (input: never) => unknown) => ({
  execute: execute as never,
  previewRequest: () => ({}) as never,
});

describe('an execution', () => {
  test('answers with output, tool, version and timing, and leaves intent and outcome', async () => {
    const { run, audited, background, finished } = harness();
    const result = await run({ context: { agent: 'receptionist', session: 'call-1' } });
    expect(result).toMatchObject({
      status: 'succeeded',
      output: { ok: true },
      error: null,
      replayed: false,
      attempts: 1,
      tool: 'acme_do',
      version: '1.0.0',
    });
    expect(result.timing.total_ms).toBeGreaterThanOrEqual(0);
    await background.settled();
    expect(audited.map(([tenant, type, id, data]) => [tenant, type, id, data.outcome])).toEqual([
      ['acme', 'dev.patchbay.execution.intent', result.execution_id, 'intent'],
      ['acme', 'dev.patchbay.execution.outcome', result.execution_id, 'succeeded'],
    ]);
    expect(audited[0]?.[3]).toMatchObject({
      actor: { kind: 'agent', id: 'receptionist', session: 'call-1' },
      risk: 'write',
      arguments_digest: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(JSON.stringify(audited)).not.toContain('C1');
    expect(finished).toEqual([['acme', 'call-1', result]]);
  });

  test('of an unknown tool is refused, names what is close, and is audited', async () => {
    const { run, audited, background, executed } = harness();
    const result = await run({ tool: 'acme_doo' });
    expect(result).toMatchObject({
      status: 'refused',
      error: { code: 'tool_not_found', details: { similar: expect.arrayContaining(['acme_do']) } },
    });
    await background.settled();
    expect(audited.map(([, , , data]) => data)).toMatchObject([
      { outcome: 'refused', error_code: 'tool_not_found', tool: 'acme_doo' },
    ]);
    expect(executed).toEqual([]);
  });

  test('of an unknown version says which', async () => {
    const result = await harness({}, null).run({ version: '9.9.9' });
    expect(result.error?.message).toContain('9.9.9');
  });

  test('with a missing argument is refused, naming it', async () => {
    const { run, executed } = harness();
    const result = await run({ arguments: {} });
    expect(result).toMatchObject({
      status: 'refused',
      error: {
        code: 'invalid_arguments',
        message: 'arguments.channel is required',
        details: { issues: [{ path: 'arguments.channel' }] },
      },
    });
    expect(executed).toEqual([]);
  });

  test('beyond the room of the process is refused as overloaded', async () => {
    const gate = Promise.withResolvers<void>();
    const { run } = harness({ maxInFlight: 1, engine: engineThat(async () => (await gate.promise, succeeded)) });
    const first = run();
    await Promise.resolve();
    expect(await run()).toMatchObject({ status: 'refused', error: { code: 'overloaded', retryable: true } });
    gate.resolve();
    expect((await first).status).toBe('succeeded');
    expect((await run()).status).toBe('succeeded');
  });

  test('that is a dry run has the connection’s variables and not its credential', async () => {
    const previewed: unknown[] = [];
    const { run } = harness({
      leases: {
        borrow: async () => ({
          connection: 'con_1',
          credential: { type: 'bearer', token: 'secret' },
          variables: { subdomain: 'acme' },
        }),
      },
      engine: { execute: async () => succeeded, previewRequest: (input) => (previewed.push(input), {}) as never },
    });
    await run({ dry_run: true });
    expect(previewed).toMatchObject([{ credential: null, variables: { subdomain: 'acme' } }]);
    const without = harness({
      leases: {
        borrow: async () => {
          throw new PatchbayError('connection_missing');
        },
      },
    });
    expect(await without.run({ dry_run: true })).toMatchObject({
      status: 'refused',
      error: { code: 'connection_missing' },
    });
  });

  test('that is a dry run sends nothing and leaves no intent', async () => {
    const { run, audited, executed } = harness();
    expect(await run({ dry_run: true })).toMatchObject({
      status: 'succeeded',
      output: { method: 'POST', url: 'https://api.example.com/' },
      attempts: 0,
    });
    expect([...audited, ...executed]).toEqual([]);
    const broken = harness({
      engine: {
        execute: async () => succeeded,
        previewRequest: () => {
          throw new PatchbayError('egress_denied');
        },
      },
    });
    expect(await broken.run({ dry_run: true })).toMatchObject({ status: 'refused', error: { code: 'egress_denied' } });
  });

  test.each([
    [
      'audit_unavailable',
      {
        audit: {
          begin: () => recorded(null, Promise.reject(new PatchbayError('audit_unavailable'))),
        },
      },
    ],
    [
      'vault_unavailable',
      {
        leases: {
          borrow: async () => {
            throw new PatchbayError('vault_unavailable');
          },
        },
      },
    ],
    [
      'connection_missing',
      {
        leases: {
          borrow: async () => {
            throw new PatchbayError('connection_missing');
          },
        },
      },
    ],
    [
      'internal',
      {
        limits: {
          admit: async () => {
            throw new Error('defect');
          },
        },
      },
    ],
  ])('makes no call on %s', async (code, over) => {
    const limited = toolOf({ rateLimits: { requests_per_minute: 60, burst_size: 1 } });
    const { run, executed, ledger, background } = harness(over as never, limited);
    expect(await run({ idempotency_key: 'k' })).toMatchObject({ status: 'refused', error: { code }, attempts: 0 });
    expect(executed).toEqual([]);
    await background.settled();
    expect(ledger.entries.size).toBe(0); // the key may be tried again
  });

  test('that cannot prepare before its deadline is refused at the deadline', async () => {
    const { run, executed } = harness({ leases: { borrow: () => new Promise(() => {}) } });
    const result = await run({ deadline_ms: 30 });
    expect(result).toMatchObject({ status: 'refused', error: { code: 'deadline_exceeded' } });
    expect(result.timing.total_ms).toBeGreaterThanOrEqual(29);
    expect(executed).toEqual([]);
  });

  test('is cancelled while it prepares, and while a read runs', async () => {
    const preparing = harness({ leases: { borrow: () => new Promise(() => {}) } });
    const first = preparing.run({ context: { session: 's' } });
    await vi.waitFor(() =>
      expect(preparing.ports.running.cancel('acme', { session: 's' })).toMatchObject([{ effect: 'aborted' }]),
    );
    expect(await first).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
    const reading = harness(
      {
        engine: engineThat(
          (input: { signal: AbortSignal }) =>
            new Promise((resolve) =>
              input.signal.addEventListener('abort', () => resolve(failed('cancelled', 'cancelled'))),
            ),
        ),
      },
      toolOf({ risk: 'read' }),
    );
    const second = reading.run({ idempotency_key: 'k' });
    await vi.waitFor(() => expect(reading.ports.running.cancel('acme', { idempotency_key: 'k' })).toHaveLength(1));
    expect((await second).status).toBe('cancelled');
  });

  test('waits for the rate limiter as long as the deadline has room', async () => {
    const waits = [20, 10, null];
    const tool = toolOf({ rateLimits: { requests_per_minute: 60, burst_size: 1 } });
    const { run } = harness({ limits: { admit: async () => waits.shift() ?? null } }, tool);
    const result = await run({ deadline_ms: 2_000 });
    expect(result.status).toBe('succeeded');
    expect(result.timing.total_ms).toBeGreaterThanOrEqual(28);
    const full = harness({ limits: { admit: async () => 5_000 } }, tool);
    expect(await full.run({ deadline_ms: 500 })).toMatchObject({
      status: 'refused',
      error: { code: 'rate_limited', retry_after_ms: 5_000 },
    });
  });

  test('hands the engine a fresh credential when asked, or none', async () => {
    let given: unknown;
    const borrow = vi.fn(async ({ fresh }: { fresh?: boolean }) => ({
      connection: 'con_1',
      credential: { type: 'bearer' as const, token: fresh ? 'new' : 'old' },
      variables: {},
    }));
    const { run } = harness({
      leases: { borrow },
      engine: engineThat(async (input: { refreshCredential: (reason: string) => Promise<unknown> }) => {
        given = await input.refreshCredential('unauthorized');
        borrow.mockRejectedValueOnce(new PatchbayError('vault_unavailable'));
        expect(await input.refreshCredential('unauthorized')).toBeNull();
        return succeeded;
      }),
    });
    await run();
    expect(given).toEqual({ type: 'bearer', token: 'new' });
  });

  test('of a tool without a connection borrows nothing', async () => {
    const borrow = vi.fn();
    const { run, executed } = harness({ leases: { borrow } }, toolOf({ needsConnection: false }));
    await run();
    expect(borrow).not.toHaveBeenCalled();
    expect(executed[0]).toMatchObject({ credential: null, variables: {} });
  });

  test('of a read goes out once its intent is sent, and is not told unless the intent is confirmed', async () => {
    const confirmation = Promise.withResolvers<void>();
    const { run, executed } = harness(
      { audit: { begin: () => recorded(null, confirmation.promise, Promise.resolve()) } },
      toolOf({ risk: 'read' }),
    );
    const pending = run();
    await vi.waitFor(() => expect(executed).toHaveLength(1));
    confirmation.reject(new PatchbayError('audit_unavailable'));
    expect(await pending).toMatchObject({ status: 'failed', output: null, error: { code: 'audit_unavailable' } });
    const silent = harness(
      { audit: { begin: () => recorded(null, new Promise(() => {}), Promise.resolve()) } },
      toolOf({ risk: 'read' }),
    );
    expect(await silent.run({ deadline_ms: 40 })).toMatchObject({ error: { code: 'audit_unavailable' } });
  });

  test('of a write goes out only when its intent is confirmed', async () => {
    const confirmation = Promise.withResolvers<void>();
    const { run, executed } = harness({
      audit: { begin: () => recorded(null, confirmation.promise, Promise.resolve()) },
    });
    const pending = run();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(executed).toEqual([]);
    confirmation.resolve();
    expect((await pending).status).toBe('succeeded');
  });

  test('whose outcome cannot be recorded still answers, and the failure is reported', async () => {
    const { run, background, backgroundErrors } = harness({
      audit: {
        begin: (_tenant, type) =>
          recorded(null, type.endsWith('outcome') ? Promise.reject(new PatchbayError('audit_unavailable')) : undefined),
      },
    });
    expect((await run()).status).toBe('succeeded');
    await background.settled();
    expect(backgroundErrors).toHaveLength(1);
  });
});

describe('an idempotency key', () => {
  test('gives a repeat the first answer without a second effect', async () => {
    const { run, executed, background } = harness();
    const first = await run({ idempotency_key: 'k' });
    await background.settled();
    const second = await run({ idempotency_key: 'k' });
    expect(second).toMatchObject({ execution_id: first.execution_id, output: first.output, replayed: true });
    expect(executed).toHaveLength(1);
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
    const { run } = harness({ engine: engineThat(async () => (await gate.promise, succeeded)) });
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
      engine: engineThat(async () => (await gate.promise, failed('circuit_open', 'refused'))),
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
