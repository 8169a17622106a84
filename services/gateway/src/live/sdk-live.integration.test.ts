import {
  type LiveEvent,
  type LiveGap,
  liveCloseCodes,
  liveProtocol,
  newId,
  platformScope,
  routes,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { type Live, type LiveOptions, type LiveState, live } from '@patchbay/sdk/live';
import { type FaultProxy, serversForSuite, startFaultProxy } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { callWith, makeKey, runGateway, type TestGateway } from '../../test/running-gateway.ts';
import { publishFinished } from './follower.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let gateway: TestGateway;
let proxy: FaultProxy;
let admin: Messaging;
let executor: Messaging;
let key: string;
beforeAll(async () => {
  admin = await servers().connect('admin');
  executor = await servers().connect('executor');
  gateway = await runGateway(servers());
  proxy = await startFaultProxy(Number(new URL(gateway.url).port));
  await admin.request(routes.createTenant, {}, { tenant: 'acme' });
  key = (await makeKey(admin)).text;
});
afterAll(async () => {
  await proxy?.stop();
  await gateway?.stop();
});
const open: Live[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function come(over: Partial<LiveOptions> = {}) {
  const states: LiveState[] = [];
  const connection = live({ url: gateway.url, key, retryMs: 20, onState: (state) => states.push(state), ...over });
  open.push(connection);
  return { connection, states };
}

async function following({ connection }: ReturnType<typeof come>, more: { cursor?: string; filter?: object } = {}) {
  const events: LiveEvent[] = [];
  const gaps: LiveGap[] = [];
  const cursors: string[] = [];
  let times = 0;
  const { stop } = connection.follow('executions', {
    ...more,
    onEvent: (event, cursor) => {
      events.push(event);
      cursors.push(cursor);
    },
    onGap: (gap) => gaps.push(gap),
    onFollowing: () => times++,
  });
  const follows = (n: number) => vi.waitFor(() => expect(times).toBe(n), { timeout: 10_000 });
  await follows(1);
  const has = (subject: string) =>
    vi.waitFor(() => expect(events.map((event) => event.subject)).toContain(subject), { timeout: 10_000 });
  return { events, gaps, cursors, stop, follows, has };
}

test('an agent’s tool follows live, and several followers share a topic', async () => {
  const one = come();
  const [first, second] = [await following(one), { events: [] as LiveEvent[] }];
  one.connection.follow('executions', { onEvent: (event) => second.events.push(event) });
  const execution = publishFinished(executor);
  await first.has(execution);
  expect(second.events).toEqual(first.events);
  expect(() => one.connection.follow('executions', { filter: { tool: 'x' }, onEvent: () => {} })).toThrow('filter');
  first.stop();
  const next = publishFinished(executor);
  await vi.waitFor(() => expect(second.events.at(-1)?.subject).toBe(next));
  expect(first.events.map(({ subject }) => subject)).not.toContain(next);
});

test('it comes again when its socket was lost, and misses nothing', async () => {
  const one = come({ url: proxy.url('http') });
  const it = await following(one);
  const before = publishFinished(executor);
  await it.has(before);
  const heal = proxy.inject({ kind: 'reset_peer', afterMs: 0 });
  await vi.waitFor(() => expect(one.states.at(-1)?.state).toBe('waiting'));
  const meanwhile = [publishFinished(executor), publishFinished(executor)];
  await heal();
  await it.follows(2);
  for (const subject of meanwhile) await it.has(subject);
  expect(it.events.map(({ subject }) => subject)).toEqual([before, ...meanwhile]);
  expect(it.gaps).toEqual([]);
  expect(one.states.at(-1)).toEqual({ state: 'open' });
});

test('it is told of a gap when its cursor is another gateway’s', async () => {
  const it = await following(come(), { cursor: 'aaaaaaaa.1.a' });
  expect(it.gaps).toMatchObject([{ reason: 'unknown_cursor' }]);
});

test('it ends for good with its key, and with a key that was never good', async () => {
  const made = await makeKey(admin);
  const it = come({ key: async () => made.text });
  await vi.waitFor(() => expect(it.states.at(-1)).toEqual({ state: 'open' }), { timeout: 10_000 });
  await callWith(gateway.url, key)('DELETE', `/v1/keys/${made.key.id}`);
  await vi.waitFor(() => expect(it.states.at(-1)).toEqual({ state: 'ended', code: liveCloseCodes.notAuthenticated }));
  const bad = come({ key: 'pbk_bad' });
  await vi.waitFor(() => expect(bad.states.at(-1)).toEqual({ state: 'ended', code: liveCloseCodes.notAuthenticated }));
  const foreign = come({ tenant: 'rival' });
  await vi.waitFor(() => expect(foreign.states.at(-1)).toEqual({ state: 'ended', code: liveCloseCodes.notPermitted }));
});

test('it tells what a key may not follow, and speaks the protocol of the contracts', async () => {
  const { text } = await makeKey(admin, { role: 'agent' });
  const refused = vi.fn();
  await vi.waitFor(async () =>
    expect((await callWith(gateway.url, text)('GET', '/v1/tools?limit=0')).status).toBe(400),
  );
  come({ key: text }).connection.follow('executions', { onEvent: () => {}, onRefused: refused });
  await vi.waitFor(() => expect(refused).toHaveBeenCalledWith(expect.objectContaining({ code: 'not_permitted' })));
  expect(liveProtocol).toBe('patchbay.v1');
});

test('a key of the platform acts for the tenant it names', async () => {
  const { text } = await makeKey(admin, { tenant: platformScope, role: 'operator' });
  await vi.waitFor(async () => expect((await callWith(gateway.url, text)('GET', '/v1/tenants')).status).toBe(200));
  const it = await following(come({ key: text, tenant: 'acme' }), { filter: { session: newId('execution') } });
  expect(it.gaps).toEqual([]);
});
