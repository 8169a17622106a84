import { IntegrationDocument, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createNatsLedger } from './adapters/nats-ledger.ts';
import { startFakeVault } from './fake-vault.test-support.ts';
import type { KeepLedger } from './operations/ports.ts';
import {
  followAudit,
  numbersDocument,
  publish,
  type RunningExecutor,
  runExecutor,
} from './running-executor.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let executor: RunningExecutor;
let agent: Messaging;
let ledger: KeepLedger;
let audit: Awaited<ReturnType<typeof followAudit>>;

const plain = numbersDocument();
const document = IntegrationDocument.parse({
  ...plain,
  tools: {
    ...plain.tools,
    book: {
      ...plain.tools.book,
      probe: {
        tool: 'look',
        arguments: { number: { from: 'number' } },
        happened: 'exists(booking.id)',
        not_happened: 'total = 0',
      },
    },
  },
});

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  sandbox = await startSandbox({ documents: [document] });
  await startFakeVault(servers);
  await publish(servers, document);
  executor = await runExecutor(servers, 'executor-1', { dialOverride: sandbox.url });
  agent = await servers.connect('agent', 'acme');
  ledger = createNatsLedger(await (await servers.connect('executor')).bucket('executions'));
  audit = await followAudit(servers);
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  await executor?.stop();
  await sandbox?.close();
  await servers?.stop();
});

const book = (key: string) =>
  agent.request(
    routes.executeTool,
    { tenant: 'acme' },
    { tool: 'numbers_book', arguments: { number: 7 }, idempotency_key: key, deadline_ms: 10_000 },
  );
const sent = (tool: string) => sandbox.requests().filter((request) => request.tool === tool).length;
/** What the tool that looks is answered. */
const shows = (body: object) => sandbox.behave({ tool: 'numbers_look', do: { kind: 'status', status: 200, body } });

/** A write whose connection was reset when the upstream had it, as far as the ledger. */
async function loseAnswer(key: string): Promise<string> {
  const forget = sandbox.behave({ tool: 'numbers_book', do: { kind: 'drop', at: 'before_response' } });
  const { status, execution_id } = await book(key);
  expect(status).toBe('outcome_unknown');
  await vi.waitFor(async () => expect((await ledger.read('acme', key))?.record.state).toBe('done'), {
    timeout: 10_000,
  });
  forget();
  return execution_id;
}

test('a call whose answer was lost finds its own effect inside its deadline, and repeats hear the same', async () => {
  sandbox.behave({ tool: 'numbers_book', do: { kind: 'drop', at: 'before_response' } });
  shows({ booking: { id: 'B7' }, total: 1 });
  const first = await book('own');
  const found = { status: 'succeeded', output: { booking: { id: 'B7' } }, probed: true };
  expect(first).toMatchObject({ ...found, replayed: false, error: null });
  expect(await book('own')).toMatchObject({ ...found, replayed: true, execution_id: first.execution_id });
  expect([sent('numbers_book'), sent('numbers_look')]).toEqual([1, 1]);
  // The repeat is on record as an execution of its own.
  await vi.waitFor(() => expect(audit.of(first.execution_id)).toEqual(['intent', 'succeeded']), { timeout: 10_000 });
});

test('a repeat of a call whose answer was lost finds its effect, and everybody after it hears the same', async () => {
  const execution_id = await loseAnswer('found');
  shows({ booking: { id: 'B7' }, total: 1 });
  const found = { status: 'succeeded', execution_id, output: { booking: { id: 'B7' } }, replayed: true, probed: true };
  expect(await book('found')).toMatchObject(found);
  expect(await book('found')).toMatchObject(found);
  expect([sent('numbers_book'), sent('numbers_look')]).toEqual([1, 2]);
  await vi.waitFor(() => expect(audit.of(execution_id)).toEqual(['intent', 'outcome_unknown']), {
    timeout: 10_000,
  });
});

test('an effect that is not to be seen proves nothing while the first request may still be on its way', async () => {
  const execution_id = await loseAnswer('early');
  shows({ total: 0 });
  expect(await book('early')).toMatchObject({ status: 'outcome_unknown', execution_id, replayed: true });
  expect([sent('numbers_book'), sent('numbers_look')]).toEqual([1, 2]);
});

test('after that it gives the key back, so that the next call acts, once', async () => {
  const execution_id = await loseAnswer('absent');
  const { record, revision } = (await ledger.read('acme', 'absent')) as NonNullable<
    Awaited<ReturnType<KeepLedger['read']>>
  >;
  // As if it were a minute later.
  await ledger.settle('acme', 'absent', { ...record, started_at: record.started_at - 60_000 }, revision);
  shows({ total: 0 });
  expect(await book('absent')).toMatchObject({
    status: 'failed',
    execution_id,
    probed: true,
    error: { code: 'upstream_error', retryable: true, details: { execution_id, probe: 'numbers_look' } },
  });
  expect(sent('numbers_book')).toBe(1);
  const again = await book('absent');
  expect(again).toMatchObject({ status: 'succeeded', replayed: false });
  expect(again.execution_id).not.toBe(execution_id);
  expect(sent('numbers_book')).toBe(2);
});

test('a probe that the upstream refuses leaves the outcome unknown', async () => {
  const execution_id = await loseAnswer('refused');
  sandbox.behave({ tool: 'numbers_look', do: { kind: 'status', status: 403 } });
  expect(await book('refused')).toMatchObject({ status: 'outcome_unknown', execution_id, replayed: true });
  expect(sent('numbers_book')).toBe(1);
});
