import { routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeVault } from './fake-vault.test-support.ts';
import { numbersDocument, publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let fleet: RunningExecutor[];

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  sandbox = await startSandbox({ documents: [numbersDocument()], uniqueIds: true });
  await startFakeVault(servers);
  await publish(servers, numbersDocument());
  fleet = await Promise.all([1, 2, 3].map((n) => runExecutor(servers, `executor-${n}`, { dialOverride: sandbox.url })));
});
afterAll(async () => {
  for (const executor of fleet ?? []) await executor.stop();
  await sandbox?.close();
  await servers?.stop();
});

test('a hundred calls with one key over three executors are one upstream call and a hundred equal answers', async () => {
  // Still running when the others arrive: they wait for its answer.
  sandbox.behave({ tool: 'numbers_book', do: { kind: 'delay', ms: 300 } });
  const agents = await Promise.all(Array.from({ length: 4 }, () => servers.connect('agent', 'acme')));
  const request = { tool: 'numbers_book', arguments: { number: 7 }, idempotency_key: 'toolu_100', deadline_ms: 30_000 };
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      (agents[i % 4] as (typeof agents)[number]).request(routes.executeTool, { tenant: 'acme' }, request, {
        timeoutMs: 40_000,
      }),
    ),
  );
  expect(sandbox.requests()).toHaveLength(1);
  expect(sandbox.effects()).toHaveLength(1);
  const answers = results.map(({ execution_id, status, output, error }) => ({ execution_id, status, output, error }));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ status: 'succeeded', output: { ok: true } });
  expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
});
