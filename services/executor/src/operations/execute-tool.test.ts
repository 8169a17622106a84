import { newId, PatchbayError } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import { Admission } from '../domain/admission.ts';
import { auditOf, failed, type Harness, harness, recorded, succeeded, toolOf } from './fakes.test-support.ts';
import type { AdmitCall } from './ports.ts';

const engineThat = (execute: (input: never) => unknown) => ({
  execute: execute as never,
  foresee: () => null,
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
    expect(JSON.stringify(audited)).not.toContain('"C1"');
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
    const { run } = harness({
      places: new Admission({ maxInFlight: 1, now: 0 }),
      engine: engineThat(async () => gate.promise.then(() => succeeded)),
    });
    const first = run();
    await Promise.resolve();
    expect(await run()).toMatchObject({
      status: 'refused',
      error: { code: 'overloaded', retryable: true, retry_after_ms: 50 },
    });
    expect(await run({}, { lane: 'background' })).toMatchObject({ error: { code: 'overloaded' } });
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
      engine: {
        execute: async () => succeeded,
        foresee: () => null,
        previewRequest: (input) => ({ length: previewed.push(input) }) as never,
      },
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
        foresee: () => null,
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
        audit: auditOf(() => recorded(null, Promise.reject(new PatchbayError('audit_unavailable')))),
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
          applies: () => true,
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
    expect(result.timing.total_ms).toBeGreaterThanOrEqual(25); // timers may be a little early
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
    const heldBack = (waitMs: number | null | undefined): AdmitCall => ({
      applies: () => true,
      admit: async () => (typeof waitMs === 'number' ? { waitMs, intervalMs: 1, scope: 'tenant' } : null),
    });
    const { run } = harness(
      { limits: { applies: () => true, admit: (...asked) => heldBack(waits.shift()).admit(...asked) } },
      tool,
    );
    const result = await run({ deadline_ms: 2_000 });
    expect(result.status).toBe('succeeded');
    expect(result.timing.total_ms).toBeGreaterThanOrEqual(25);
    const full = harness({ limits: heldBack(5_000) }, tool);
    expect(await full.run({ deadline_ms: 500 })).toMatchObject({
      status: 'refused',
      error: { code: 'rate_limited', retry_after_ms: 5_000, details: { limit: 'ours', scope: 'tenant' } },
    });
  });

  test('asks the limiter for the connection that the lease is for, by whatever name it was called', async () => {
    const asked: unknown[] = [];
    const over: Parameters<typeof harness>[0] = {
      leases: {
        borrow: async () => ({ connection: 'con_1', credential: { type: 'bearer', token: 't' }, variables: {} }),
      },
      limits: {
        applies: () => true,
        admit: async (_tenant, _tool, connection) => {
          asked.push(connection);
          return null;
        },
      },
    };
    await harness(over).run();
    await harness(over).run({ connection: newId('connection') });
    await harness(over, toolOf({ needsConnection: false })).run();
    expect(asked).toEqual(['con_1', 'con_1', null]);
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

  test('of a read has one record, its outcome, which is on its way before anything is told', async () => {
    const way = Promise.withResolvers<void>();
    const { run, executed, audited } = harness(
      { audit: auditOf((...entry) => ({ ...recorded(void audited.push(entry)), handed: way.promise })) },
      toolOf({ risk: 'read' }),
    );
    let told = false;
    const pending = run().finally(() => {
      told = true;
    });
    await vi.waitFor(() => expect(audited).toHaveLength(1));
    expect(executed).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toBe(false);
    way.resolve();
    expect(await pending).toMatchObject({ status: 'succeeded', output: { ok: true } });
    const [[, type, , data, how]] = audited as [Harness['audited'][number]];
    expect(type).toBe('dev.patchbay.execution.outcome');
    expect(data).toMatchObject({ outcome: 'succeeded', arguments_digest: expect.stringMatching(/^[\w-]{43}$/) });
    expect(how).toMatchObject({ ahead: true });
  });

  test('of a read is not told when no sink takes its record, nor when that takes too long', async () => {
    const handed = Promise.reject(new PatchbayError('audit_unavailable'));
    handed.catch(() => {});
    for (const way of [handed, new Promise<void>(() => {})]) {
      const { run } = harness({ audit: auditOf(() => ({ ...recorded(), handed: way })) }, toolOf({ risk: 'read' }));
      expect(await run({ deadline_ms: 60 })).toMatchObject({
        status: 'failed',
        output: null,
        error: { code: 'audit_unavailable' },
      });
    }
  });

  test('of a read that failed says so, whatever becomes of its record', async () => {
    const { run } = harness(
      {
        audit: auditOf(() => ({ ...recorded(), handed: new Promise<void>(() => {}) })),
        engine: { ...harness().ports.engine, execute: async () => failed('upstream_error') },
      },
      toolOf({ risk: 'read' }),
    );
    expect(await run()).toMatchObject({ status: 'failed', error: { code: 'upstream_error' } });
  });

  test.each([
    [
      'of a tenant that wants the intents of reads on record',
      { intentOfReads: (tenant: string) => tenant === 'acme' },
      {},
    ],
    ['that is streamed, and so told before its end,', {}, { stream: true }],
  ])(
    'of a read %s goes out once its intent is sent, and is not told unless that is confirmed',
    async (_which, ports, request) => {
      const confirmation = Promise.withResolvers<void>();
      const { run, executed } = harness(
        { ...ports, audit: auditOf(() => recorded(null, confirmation.promise, Promise.resolve())) },
        toolOf({ risk: 'read' }),
      );
      const pending = run(request);
      await vi.waitFor(() => expect(executed).toHaveLength(1));
      confirmation.reject(new PatchbayError('audit_unavailable'));
      expect(await pending).toMatchObject({ status: 'failed', output: null, error: { code: 'audit_unavailable' } });
      const silent = harness(
        { ...ports, audit: auditOf(() => recorded(null, new Promise(() => {}), Promise.resolve())) },
        toolOf({ risk: 'read' }),
      );
      expect(await silent.run({ ...request, deadline_ms: 40 })).toMatchObject({
        error: { code: 'audit_unavailable' },
      });
    },
  );

  test('of a write goes out only when its intent is confirmed', async () => {
    const confirmation = Promise.withResolvers<void>();
    const { run, executed } = harness({
      audit: auditOf(() => recorded(null, confirmation.promise, Promise.resolve())),
    });
    const pending = run();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(executed).toEqual([]);
    confirmation.resolve();
    expect((await pending).status).toBe('succeeded');
  });

  test('whose outcome cannot be recorded still answers, and the failure is reported', async () => {
    const { run, background, backgroundErrors } = harness({
      audit: auditOf((_tenant, type) =>
        recorded(null, type.endsWith('outcome') ? Promise.reject(new PatchbayError('audit_unavailable')) : undefined),
      ),
    });
    expect((await run()).status).toBe('succeeded');
    await background.settled();
    expect(backgroundErrors).toHaveLength(1);
  });
});
