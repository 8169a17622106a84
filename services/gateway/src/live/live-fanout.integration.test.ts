import { once } from 'node:events';
import { routes } from '@patchbay/contracts';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { makeKey, runGateway, type TestGateway } from '../../test/running-gateway.ts';
import { type Follower, follow, publishFinished } from './follower.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
const clients: Follower[] = [];
const counting: WebSocket[] = [];
afterAll(async () => {
  for (const socket of [...clients.map((one) => one.socket), ...counting]) socket.terminate();
  await gateway?.stop();
});

/** The small version of `npm run bench -- live`. */
test('fifty clients of a busy tenant are told everything in order; one that does not read is told how much it missed', async () => {
  gateway = await runGateway(servers());
  const admin = await servers().connect('admin');
  const executor = await servers().connect('executor');
  await admin.request(routes.createTenant, {}, { tenant: 'acme' });
  const key = (await makeKey(admin)).text;
  for (let i = 0; i < 5; i++) clients.push(await vi.waitFor(() => follow(gateway.url, key)));
  await Promise.all(clients.map((one) => one.subscribe('executions')));
  // The others only count, so that this process is not busy reading the same text fifty times.
  const bytes = Array.from({ length: 45 }, () => 0);
  for (let i = 0; i < bytes.length; i++) {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/v1/live`, 'patchbay.v1', {
      headers: { authorization: `Bearer ${key}` },
    });
    counting.push(socket);
    await once(socket, 'open');
    socket.send('{"kind":"subscribe","topic":"executions"}');
    socket.on('message', (data: Buffer) => {
      if (data.subarray(0, 16).includes('"events"')) bytes[i] = (bytes[i] ?? 0) + data.length;
    });
    await once(socket, 'message');
  }
  const [slow, ...others] = clients as [Follower, ...Follower[]];
  slow.socket.pause();
  const published: string[] = [];
  const said = 'x'.repeat(30_000);
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 10; i++) published.push(publishFinished(executor, 'acme', { said }));
    await executor.flush();
    await others[0]?.event(published.at(-1) as string);
  }
  for (const one of others) {
    await one.event(published.at(-1) as string);
    expect(one.events().map(({ subject }) => subject)).toEqual(published);
  }
  const all = others[0]?.eventBytes() as number;
  expect(all).toBeGreaterThan(15_000_000);
  await vi.waitFor(() => expect(bytes).toEqual(bytes.map(() => all)), { timeout: 20_000 });
  slow.socket.resume();
  const { gap } = await slow.next('gap');
  expect(gap).toMatchObject({ reason: 'slow', missed: expect.any(Number) });
  expect(slow.events().length + (gap.missed ?? 0)).toBe(published.length);
}, 60_000);
