import { newId, routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endpoint } from './index.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme'] });
});
afterAll(() => servers?.stop());

test('an admin sees every process that serves something, an agent none', async () => {
  const [executor, admin, agent] = await Promise.all([
    servers.connect('executor'),
    servers.connect('admin'),
    servers.connect('agent', 'acme'),
  ]);
  expect(await admin.discoverServices({ timeoutMs: 200 })).toEqual([]);
  const cancelled = async () => ({ cancelled: [{ execution_id: newId('execution'), effect: 'aborted' as const }] });
  const description = { name: 'executor', version: '0.1.0', description: 'test' };
  const served = await Promise.all(
    [1, 2].map(() => executor.serve(description, [endpoint('cancel-execution', routes.cancelExecution, cancelled)])),
  );
  const found = await admin.discoverServices();
  expect(found).toHaveLength(2);
  expect(new Set(found.map(({ id }) => id)).size).toBe(2);
  expect(found[0]).toMatchObject({
    name: 'executor',
    version: '0.1.0',
    endpoints: [{ name: 'cancel-execution', subject: 'tools.v1.*.cancel' }],
  });
  expect(await agent.discoverServices({ timeoutMs: 200 })).toEqual([]);
  await Promise.all(served.map((one) => one.stop()));
});

test('an admin sees what each process of a service says of itself', async () => {
  const [executor, admin] = await Promise.all([servers.connect('executor'), servers.connect('admin')]);
  const cancelled = async () => ({ cancelled: [] });
  const serve = (status?: () => { room: number }) =>
    executor.serve({ name: 'executor', version: '0.1.0', description: 'test', ...(status && { status }) }, [
      endpoint('cancel-execution', routes.cancelExecution, cancelled),
    ]);
  let room = 1;
  const served = [await serve(() => ({ room: room++ })), await serve()];
  expect([...(await admin.serviceStatus('executor')).values()]).toEqual([{ room: 1 }]);
  expect([...(await admin.serviceStatus('executor')).values()]).toEqual([{ room: 2 }]);
  expect((await admin.serviceStatus('vault', { timeoutMs: 200 })).size).toBe(0);
  await Promise.all(served.map((one) => one.stop()));
});
