import { AuditBatch, auditConsumer, type ExecuteRequestInput, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type FakeVault, startFakeVault } from './fake-vault.test-support.ts';
import { numbersDocument, publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';

/** Executions that the executor under test takes at once. */
const maxInFlight = 20;
const room = 18;

let servers: TestServers;
let sandbox: Sandbox;
let vault: FakeVault;
let executor: RunningExecutor;
let noisy: Messaging;
let quiet: Messaging;

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'], redis: false });
  const document = numbersDocument('numbers', { rate_limits: undefined });
  sandbox = await startSandbox({ documents: [document] });
  vault = await startFakeVault(servers);
  await publish(servers, document);
  executor = await runExecutor(servers, 'executor-1', { dialOverride: sandbox.url, maxInFlight });
  noisy = await servers.connect('agent', 'rival');
  quiet = await servers.connect('agent', 'acme');
});
afterAll(async () => {
  await executor?.stop();
  await sandbox?.close();
  await servers?.stop();
});

function execute(from: Messaging, tenant: string, request: Partial<ExecuteRequestInput> = {}) {
  return from.request(
    routes.executeTool,
    { tenant },
    { tool: 'numbers_look', arguments: { number: 1 }, deadline_ms: 30_000, ...request },
    { timeoutMs: 30_000 },
  );
}

test('an executor full of one tenant’s calls sheds its further ones at the door and serves another tenant (F4, F33)', async () => {
  sandbox.behave({ tool: 'numbers_look', do: { kind: 'hang' } });
  const session = 'flood';
  const hanging = Array.from({ length: room }, () => execute(noisy, 'rival', { context: { session } }));
  await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(room), { timeout: 15_000 });
  const leasesBefore = vault.asked.length;

  const shed = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      execute(noisy, 'rival', { tool: 'numbers_book', idempotency_key: `shed-${i}` }),
    ),
  );
  for (const result of shed)
    expect(result).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'overloaded', retryable: true, retry_after_ms: expect.any(Number) },
    });
  // Nothing was reserved for them: no request, no lease, and no key, so that the same key works later.
  expect(sandbox.requests()).toHaveLength(room);
  expect(vault.asked).toHaveLength(leasesBefore);

  expect(await execute(quiet, 'acme', { tool: 'numbers_book' })).toMatchObject({ status: 'succeeded' });

  await noisy.request(routes.cancelExecution, { tenant: 'rival' }, { session });
  for (const result of await Promise.all(hanging)) expect(result.status).toBe('cancelled');
  expect(await execute(noisy, 'rival', { tool: 'numbers_book', idempotency_key: 'shed-0' })).toMatchObject({
    status: 'succeeded',
    replayed: false,
  });

  // What was shed is on record, in fewer events than calls.
  const counted: number[] = [];
  const audit = await servers.connect('audit');
  await audit.consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 100,
    gatherMs: 10,
    onBatch: async (messages) => {
      for (const { payload } of messages)
        for (const { type, tenant, data } of AuditBatch.parse(JSON.parse(Buffer.from(payload).toString())))
          if (type === 'dev.patchbay.execution.shed' && tenant === 'rival') counted.push(data.facts?.calls as number);
      return { ack: true };
    },
  });
  await vi.waitFor(() => expect(counted.reduce((sum, calls) => sum + calls, 0)).toBe(200), { timeout: 15_000 });
  expect(counted.length).toBeLessThan(20);
}, 60_000);
