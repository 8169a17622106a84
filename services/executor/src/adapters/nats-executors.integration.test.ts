import { newId } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningExecutions } from '../domain/running-executions.ts';
import type { AskExecutors } from '../operations/cancel-execution.ts';
import { answerExecutors, createNatsExecutors } from './nats-executors.ts';

let servers: TestServers;
let asking: AskExecutors;
const fleet = [new RunningExecutions(), new RunningExecutions()] as const;
let answering: { unsubscribe(): void }[];

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  const connections = await Promise.all(fleet.map(() => servers.connect('executor')));
  answering = connections.map((connection, i) => answerExecutors(connection, fleet[i] as RunningExecutions));
  await Promise.all(connections.map((connection) => connection.flush()));
  asking = createNatsExecutors(await servers.connect('executor'));
});
afterAll(() => servers?.stop());

function start(running: RunningExecutions, tenant = 'acme') {
  const execution = {
    tenant,
    executionId: newId('execution'),
    idempotencyKey: null,
    session: 'call-77',
    risk: 'read' as const,
    abort: new AbortController(),
    attempted: false,
  };
  running.add(execution);
  return execution;
}

const never = () => false;

test('an execution is cancelled wherever it runs, and who has nothing of it is silent', async () => {
  const { executionId, abort } = start(fleet[1]);
  expect(await asking.cancel('acme', { execution_id: executionId }, never)).toEqual([
    { cancelled: [{ execution_id: executionId, effect: 'aborted' }] },
  ]);
  expect(abort.signal.aborted).toBe(true);
});

test('a session is cancelled in every executor, for its own tenant alone', async () => {
  for (const running of fleet) start(running);
  const foreign = start(fleet[0], 'rival');
  expect(await asking.cancel('acme', { session: 'call-77' }, never)).toHaveLength(2);
  expect(foreign.abort.signal.aborted).toBe(false);
});

test('asking ends when the answers are enough', async () => {
  for (const running of fleet) start(running);
  expect(await asking.cancel('acme', { session: 'call-77' }, (answers) => answers.length > 0)).toHaveLength(1);
});

test('an executor that stopped answering is not heard', async () => {
  start(fleet[0]);
  for (const one of answering) one.unsubscribe();
  expect(await asking.cancel('acme', { session: 'call-77' }, never)).toEqual([]);
});
