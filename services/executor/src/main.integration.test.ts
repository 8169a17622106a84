import {
  auditConsumer,
  type ExecuteRequestInput,
  ExecutionResult,
  events,
  newId,
  routes,
  streams,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeVault, refuse, startFakeVault } from './fake-vault.test-support.ts';
import {
  followAudit,
  numbersDocument,
  publish,
  type RunningExecutor,
  runExecutor,
} from './running-executor.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let vault: FakeVault;
let executor: RunningExecutor;
let agent: Messaging;
let audit: Awaited<ReturnType<typeof followAudit>>;

/** What a busy machine may take. */
const patience = { timeout: 20_000 };
const inside = numbersDocument('inside', { base_url: 'https://localhost' });

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'] });
  sandbox = await startSandbox({ documents: [numbersDocument()] });
  vault = await startFakeVault(servers);
  await publish(servers, numbersDocument(), inside);
  executor = await runExecutor(servers, 'executor-1', { redisUrl: servers.redisUrl, dialOverride: sandbox.url });
  agent = await servers.connect('agent', 'acme');
  audit = await followAudit(servers);
});
afterEach(() => {
  sandbox.reset();
  vault.answer = () => ({});
});
afterAll(async () => {
  await executor?.stop();
  await sandbox?.close();
  await servers?.stop();
});

const execute = (request: Partial<ExecuteRequestInput> & { tool: string }, from = agent) =>
  from.request(routes.executeTool, { tenant: 'acme' }, { arguments: { number: 1 }, ...request });

describe('an executor', () => {
  test('carries a call out with the borrowed credential, tells who listens, and leaves intent and outcome', async () => {
    const finished: string[] = [];
    agent.subscribeEvent(events.executionFinished, { tenant: 'acme' }, ({ session, execution_id }) =>
      finished.push(`${session} ${execution_id}`),
    );
    await agent.flush();
    const result = await execute({ tool: 'numbers_book', context: { session: 'call-77' } });
    expect(result).toMatchObject({
      status: 'succeeded',
      output: { ok: true },
      attempts: 1,
      tool: 'numbers_book',
      version: '1.0.0',
    });
    expect(sandbox.effects()).toHaveLength(1);
    expect(sandbox.violations()).toEqual([]);
    await vi.waitFor(() => expect(finished).toEqual([`call-77 ${result.execution_id}`]), patience);
    await vi.waitFor(() => expect(audit.of(result.execution_id)).toEqual(['intent', 'succeeded']), patience);
    expect(executor.log()).not.toContain('token-1');
  });

  test('records a read once, ahead of its answer; with its intent first where the tenant may deal with health', async () => {
    const read = await execute({ tool: 'numbers_look' });
    expect(read).toMatchObject({ status: 'succeeded' });
    await vi.waitFor(() => expect(audit.of(read.execution_id)).toEqual(['succeeded']), patience);
    const registry = await servers.connect('registry');
    const bucket = await registry.bucket('privacy_policies');
    const stored = { tenant: 'acme', version: 1, updated_at: '2026-11-30T08:00:00.000Z', updated_by: 'admin' };
    await bucket.put('acme', JSON.stringify({ ...stored, policy: { hipaa: true } }));
    await vi.waitFor(async () => {
      const { execution_id } = await execute({ tool: 'numbers_look' });
      await vi.waitFor(() => expect(audit.of(execution_id)).toContain('succeeded'), patience);
      expect(audit.of(execution_id)).toEqual(['intent', 'succeeded']);
    }, patience);
    await bucket.put('acme', JSON.stringify({ ...stored, version: 2, policy: {} }));
    await registry.close();
  });

  test('answers a repeat from its ledger, with no second effect', async () => {
    const request = { tool: 'numbers_book', idempotency_key: 'toolu_1' };
    const first = await execute(request);
    await vi.waitFor(
      async () => expect(await execute(request)).toMatchObject({ execution_id: first.execution_id, replayed: true }),
      patience,
    );
    expect(sandbox.effects()).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    ['no JSON at all', undefined, 'invalid_request'],
    ['something else than an object', 'numbers_look', 'invalid_request'],
    ['no tool', {}, 'invalid_request'],
    ['a deadline that is none', { tool: 'numbers_look', deadline_ms: -1 }, 'invalid_request'],
    ['a tool nobody registered', { tool: 'numbers_lok' }, 'tool_not_found'],
    ['arguments that do not fit', { tool: 'numbers_look', arguments: { number: 'one' } }, 'invalid_arguments'],
    ['a version nobody registered', { tool: 'numbers_look', version: '9.0.0' }, 'tool_not_found'],
  ])('answers %s in the shape of any other answer', async (_what, body, code) => {
    // As a question that any process may answer, because that carries whatever the test puts in.
    const route = { ...events.registryChanged, subject: routes.executeTool.subject };
    const [answer] = await agent.askAll(route, { tenant: 'acme' }, body as never, ExecutionResult, {
      timeoutMs: 10_000,
      enough: (answers) => answers.length === 1,
    });
    expect(answer).toMatchObject({ status: 'refused', output: null, error: { code }, attempts: 0 });
    expect(sandbox.requests()).toEqual([]);
  });

  test('passes on what the vault says', async () => {
    await vault.revoke(vault.connection);
    vault.answer = () => refuse('connection_missing');
    await vi.waitFor(async () =>
      expect(await execute({ tool: 'numbers_look' })).toMatchObject({
        status: 'refused',
        error: { code: 'connection_missing' },
      }),
    );
  });

  test('previews a request without sending it', async () => {
    const preview = await execute({ tool: 'numbers_book', dry_run: true });
    expect(preview).toMatchObject({
      status: 'succeeded',
      output: { method: 'POST', url: 'https://numbers.example.com/book' },
    });
    expect(sandbox.requests()).toEqual([]);
  });

  test('cancels what runs, also in another executor, and says so when there is nothing', async () => {
    const other = await runExecutor(servers, 'executor-2', { dialOverride: sandbox.url });
    sandbox.behave({ tool: 'numbers_look', do: { kind: 'hang' } });
    const running = Array.from({ length: 6 }, () => execute({ tool: 'numbers_look', context: { session: 'call-78' } }));
    await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(6), patience);
    const cancel = (session: string) => agent.request(routes.cancelExecution, { tenant: 'acme' }, { session });
    expect((await cancel('call-79')).cancelled).toEqual([]);
    expect((await cancel('call-78')).cancelled).toHaveLength(6);
    for (const result of await Promise.all(running)) expect(result).toMatchObject({ status: 'cancelled' });
    await other.stop();
  });

  test('stops a read whose caller is gone, and lets one go on whose caller never said where it is', async () => {
    sandbox.behave({ tool: 'numbers_look', do: { kind: 'hang' } });
    const begin = async (session: string, presence: boolean) => {
      const caller = await servers.connect('agent', 'acme');
      const request = {
        tool: 'numbers_look',
        arguments: { number: 1 },
        deadline_ms: 100_000,
        context: { session },
      };
      caller.request(routes.executeTool, { tenant: 'acme' }, request, { presence }).catch(() => {});
      return caller;
    };
    const finished: string[] = [];
    const listening = agent.subscribeEvent(events.executionFinished, { tenant: 'acme' }, ({ session, result }) =>
      finished.push(`${session} ${result.status}`),
    );
    const callers = [await begin('call-80', false), await begin('call-81', true)];
    await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(2), patience);
    for (const caller of callers) await caller.close();
    await vi.waitFor(() => expect(finished).toEqual(['call-81 cancelled']), patience);
    const { cancelled } = await agent.request(routes.cancelExecution, { tenant: 'acme' }, { session: 'call-80' });
    expect(cancelled).toMatchObject([{ effect: 'aborted' }]);
    listening.unsubscribe();
  });

  test('keeps going after a stored document it cannot read, and logs which', async () => {
    const registry = await servers.connect('registry');
    await (await registry.bucket('integrations')).put('doc._platform.broken.1_0_0', '{}');
    await vi.waitFor(() => expect(executor.log()).toMatch(/doc\._platform\.broken.*registry entry skipped/), patience);
    expect(await execute({ tool: 'numbers_look' })).toMatchObject({ status: 'succeeded' });
  });

  test('answers what is under way before it stops, and takes nothing new', async () => {
    const lone = await startTestServers();
    try {
      await publish(lone, numbersDocument());
      await startFakeVault(lone);
      const stopping = await runExecutor(lone, 'executor-3', { dialOverride: sandbox.url });
      const caller = await lone.connect('agent', 'acme');
      sandbox.behave({ tool: 'numbers_book', do: { kind: 'delay', ms: 400 } });
      const underWay = execute({ tool: 'numbers_book', idempotency_key: 'toolu_2' }, caller);
      await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(1), patience);
      const stopped = stopping.stop();
      expect(await underWay).toMatchObject({ status: 'succeeded' });
      await stopped;
      await expect(execute({ tool: 'numbers_look' }, caller)).rejects.toMatchObject({ code: 'overloaded' });
      await stopping.stop();
    } finally {
      await lone.stop();
    }
  });
});

describe('an executor that calls real hosts', () => {
  test('records each refusal of the guard as one audit event, with the host and no address (S-D19, S-D20)', async () => {
    const lone = await startTestServers({ redis: false });
    try {
      await publish(lone, inside);
      await startFakeVault(lone);
      const real = await runExecutor(lone, 'executor-4', { redisUrl: 'redis://127.0.0.1:1' });
      const caller = await lone.connect('agent', 'acme');
      const recorded: unknown[] = [];
      (await lone.connect('audit')).consume(auditConsumer.stream, auditConsumer.durable, {
        maxMessages: 100,
        gatherMs: 10,
        onBatch: async (messages) => {
          for (const { subject, payload } of messages)
            if (subject === 'audit.v1.acme.egress') recorded.push(...JSON.parse(Buffer.from(payload).toString()));
          return { ack: true };
        },
      });
      for (let call = 1; call <= 3; call++) {
        const result = await execute({ tool: 'inside_look' }, caller);
        expect(result).toMatchObject({ error: { code: 'egress_denied' } });
        expect(JSON.stringify(result)).not.toMatch(/127\.0\.0\.1|::1/);
      }
      await vi.waitFor(() => expect(recorded.length).toBeGreaterThanOrEqual(3), { timeout: 15_000 });
      expect(recorded).toHaveLength(3);
      for (const event of recorded) {
        expect(event).toMatchObject({
          type: 'dev.patchbay.egress.refused',
          tenant: 'acme',
          data: {
            target: { kind: 'host', id: 'localhost' },
            outcome: 'refused',
            error_code: 'egress_denied',
            facts: { reason: 'name_not_public' },
          },
        });
        expect(JSON.stringify(event)).not.toMatch(/127\.0\.0\.1|::1/);
      }
      await vi.waitFor(() => expect(real.log()).toContain('rate limits are not shared: Redis is away'), {
        timeout: 15_000,
      });
      const admin = await lone.connect('admin');
      expect([...(await admin.serviceStatus('executor')).values()]).toEqual([
        {
          rate_limits: 'local',
          executors: 1,
          in_flight: 0,
          limit: 100,
          report: expect.objectContaining({ redis: expect.objectContaining({ answers: false }), diverted: false }),
        },
      ]);
      await real.stop();
    } finally {
      await lone.stop();
    }
  });
});

test('an executor that lost its audit stream refuses an effect, and says what failed afterwards', async () => {
  const lone = await startTestServers({ redis: false });
  try {
    await publish(lone, numbersDocument());
    await startFakeVault(lone);
    const cut = await runExecutor(lone, 'executor-5', { dialOverride: sandbox.url });
    const caller = await lone.connect('agent', 'acme');
    expect(await execute({ tool: 'numbers_look' }, caller)).toMatchObject({ status: 'succeeded' });
    // A stream that is full takes nothing more.
    const provisioner = await lone.connect('provisioner');
    await provisioner.provision({
      streams: [{ ...streams.audit, maxBytes: 1 }],
      buckets: [],
      durables: [],
      replicas: 1,
      storage: 'memory',
    });
    const refused = await execute({ tool: 'numbers_book', idempotency_key: newId('event') }, caller);
    expect(refused).toMatchObject({ status: 'refused', error: { code: 'audit_unavailable' } });
    expect(sandbox.effects()).toEqual([]);
    await vi.waitFor(() => expect(cut.log()).toContain('the audit stream does not confirm outcomes'), patience);
    // It has the minute in which it tries no longer.
    await cut.stop();
    expect(cut.log()).toContain('work after an answer failed');
  } finally {
    await lone.stop();
  }
});
