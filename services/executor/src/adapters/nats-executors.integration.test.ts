import { type CancelResult, events, newId } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { cancelRunning } from '../domain/cancel-running.ts';
import { RunningExecutions } from '../domain/running-executions.ts';
import type { AskExecutors } from '../operations/cancel-execution.ts';
import { answerExecutors, createNatsExecutors } from './nats-executors.ts';

let servers: TestServers;
let asking: AskExecutors;
const fleet = [new RunningExecutions(), new RunningExecutions()] as const;
const names = ['one', 'two'];
/** Who is known to be alive. */
let alive: string[] = names;
const started: (() => void)[] = [];
let answering: { unsubscribe(): void }[];
afterEach(() => {
  alive = names;
  for (const remove of started.splice(0)) remove();
});

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  const connections = await Promise.all(fleet.map(() => servers.connect('executor')));
  answering = connections.map((connection, i) =>
    answerExecutors(connection, fleet[i] as RunningExecutions, { process: names[i] as string }),
  );
  await Promise.all(connections.map((connection) => connection.flush()));
  asking = createNatsExecutors(await servers.connect('executor'), { others: () => alive });
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
  started.push(() => running.remove(execution.executionId));
  return execution;
}

const never = () => false;

const stopped = (answers: CancelResult[]) => answers.flatMap(({ cancelled }) => cancelled);

test('an execution is cancelled wherever it runs, and who has nothing of it says so', async () => {
  const { executionId, abort } = start(fleet[1]);
  const answers = await asking.cancel('acme', { execution_id: executionId }, never);
  expect(answers).toHaveLength(2);
  expect(stopped(answers)).toEqual([{ execution_id: executionId, effect: 'aborted' }]);
  expect(abort.signal.aborted).toBe(true);
});

test('a session is cancelled in every executor, for its own tenant alone', async () => {
  for (const running of fleet) start(running);
  const foreign = start(fleet[0], 'rival');
  expect(stopped(await asking.cancel('acme', { session: 'call-77' }, never))).toHaveLength(2);
  expect(foreign.abort.signal.aborted).toBe(false);
});

test('asking ends when the answers are enough', async () => {
  for (const running of fleet) start(running);
  expect(await asking.cancel('acme', { session: 'call-77' }, (answers) => answers.length > 0)).toHaveLength(1);
});

test('one that is known to be there is waited for, though it answers late', async () => {
  alive = [...names, 'three'];
  const late = new RunningExecutions();
  let heard = 0;
  const { executionId } = start(late);
  const connection = await servers.connect('executor');
  const answer = connection.answerEvent(events.cancelBroadcast, async ({ tenant, request }) => {
    // Until both others have answered: what would have been the end of the gathering without it.
    await vi.waitFor(() => expect(heard).toBe(2), { timeout: 900, interval: 1 });
    return { ...cancelRunning(late, tenant, request), process: 'three' };
  });
  await connection.flush();
  const answers = await asking.cancel('acme', { session: 'call-77' }, (soFar) => {
    heard = soFar.length;
    return false;
  });
  expect(stopped(answers)).toEqual([{ execution_id: executionId, effect: 'aborted' }]);
  answer.unsubscribe();
  await connection.flush();
});

test('one that is known to be there and says nothing holds the others’ answers back for a second at the most', async () => {
  alive = [...names, 'frozen'];
  start(fleet[0]);
  expect(stopped(await asking.cancel('acme', { session: 'call-77' }, never))).toHaveLength(1);
});

test('an executor that stopped answering is not heard', async () => {
  start(fleet[0]);
  for (const one of answering) one.unsubscribe();
  expect(await asking.cancel('acme', { session: 'call-77' }, never)).toEqual([]);
});
