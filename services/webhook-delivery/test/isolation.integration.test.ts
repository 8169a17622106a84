import { events, routes } from '@patchbay/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DeliveryStack, type NewSubscription, startDeliveryStack } from './delivery-stack.test-support.ts';

let stack: DeliveryStack;
let source: string;
let paths = 0;
beforeAll(async () => {
  stack = await startDeliveryStack();
  await stack.startHere({ pauseRule: { failures: 4, failingForMs: 1e12 } });
  source = await stack.addSource();
});
afterAll(() => stack?.stop());

const patient = { timeout: 15_000 };
const newPath = () => `/target-${++paths}`;
const http = (path: string, over: Partial<NewSubscription> = {}) =>
  stack.subscribe({
    types: [path],
    retry: { schedule_ms: [50, 50, 50], jitter: 0 },
    target: { kind: 'http', url: stack.receiver.origin + path, payload: 'raw' },
    ...over,
  });
const bodiesAt = (path: string) => stack.receiver.at(path).map(({ body }) => body.toString());

test('a target that hangs and one that is dead delay no other', async () => {
  const [hangs, dead, well] = [newPath(), newPath(), newPath()];
  const type = newPath();
  stack.receiver.answer(hangs, null);
  stack.receiver.answer(dead, { status: 503 });
  const slow = { schedule_ms: [3_600_000], jitter: 0 };
  for (const path of [hangs, dead, well]) await http(path, { types: [type], retry: slow, concurrency: 2 });
  for (let i = 0; i < 40; i++) await stack.store(source, String(i), { type });
  const begun = performance.now();
  await vi.waitFor(() => expect(stack.receiver.at(well)).toHaveLength(40), patient);
  // The one that hangs holds its two deliveries for 15 s: whoever waited for it would have been late.
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(stack.receiver.at(hangs)).toHaveLength(2);
});

test('no more deliveries are under way at once than the subscription says', async () => {
  const path = newPath();
  let now = 0;
  let most = 0;
  stack.receiver.answer(path, async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    now--;
    return { status: 204 };
  });
  await http(path, { concurrency: 3 });
  for (let i = 0; i < 30; i++) await stack.store(source, String(i), { type: path });
  await vi.waitFor(() => expect(stack.receiver.at(path)).toHaveLength(30), patient);
  expect(most).toBe(3);
});

test('deliveries go no faster than the rate allows', async () => {
  const path = newPath();
  await http(path, { rate: { per_second: 20, burst: 2 } });
  // The first may be long on its way, so that it is no beginning to count from.
  const begun = Date.now();
  for (let i = 0; i < 12; i++) await stack.store(source, String(i), { type: path });
  await vi.waitFor(() => expect(stack.receiver.at(path)).toHaveLength(12), patient);
  const last = stack.receiver.at(path).at(-1);
  expect((last?.at as number) - begun).toBeGreaterThanOrEqual(490);
});

test('what has one key goes one after another, a failure and all, while other keys go on', async () => {
  const path = newPath();
  let failures = 0;
  stack.receiver.answer(path, ({ body }) => {
    const { key, n } = JSON.parse(body.toString()) as { key: string; n: number };
    return key === 'a' && n === 0 && ++failures <= 2 ? { status: 500 } : { status: 204 };
  });
  await http(path, { order_by: '{body.key}', retry: { schedule_ms: [400, 400], jitter: 0 } });
  for (let n = 0; n < 5; n++)
    for (const key of ['a', 'b', 'c']) await stack.store(source, JSON.stringify({ key, n }), { type: path });
  await vi.waitFor(() => expect(stack.receiver.at(path)).toHaveLength(17), patient);
  const of = (key: string) =>
    bodiesAt(path)
      .map((body) => JSON.parse(body) as { key: string; n: number })
      .filter((one) => one.key === key)
      .map(({ n }) => n);
  expect(of('a')).toEqual([0, 0, 0, 1, 2, 3, 4]);
  expect(of('b')).toEqual([0, 1, 2, 3, 4]);
  expect(of('c')).toEqual([0, 1, 2, 3, 4]);
});

test('a subscription whose target keeps failing pauses with an alert; events wait, and go once it is resumed', async () => {
  const path = newPath();
  stack.receiver.answer(path, { status: 500 });
  const admin = await stack.servers.connect('admin');
  const alerts: string[] = [];
  admin.subscribeEvent(events.subscriptionChanged, { tenant: 'acme' }, ({ subscription, state }) => {
    if (subscription === id) alerts.push(`${state.value}: ${state.reason}`);
  });
  await admin.flush();
  const { id } = await http(path, { retry: { schedule_ms: [], jitter: 0 }, concurrency: 1 });
  for (let i = 0; i < 4; i++) await stack.store(source, `lost ${i}`, { type: path });
  await vi.waitFor(() => expect(alerts).toEqual(['paused: 4 attempts in a row failed']), patient);
  const { subscription } = await admin.request(routes.showSubscription, {}, { tenant: 'acme', subscription: id });
  expect(subscription.state.value).toBe('paused');

  await stack.store(source, 'kept', { type: path });
  const witness = newPath();
  await http(witness);
  await stack.store(source, 'x', { type: witness });
  await vi.waitFor(() => expect(stack.receiver.at(witness)).toHaveLength(1), patient);
  expect(stack.receiver.at(path)).toHaveLength(4);

  stack.receiver.answer(path, { status: 204 });
  await admin.request(routes.resumeSubscription, {}, { tenant: 'acme', subscription: id });
  await vi.waitFor(() => expect(bodiesAt(path).at(-1)).toBe('kept'), patient);
  expect(alerts.at(-1)).toBe('active: null');
});

test('a subscription that is paused, changed and removed by an operator does as it is told', async () => {
  const [before, after] = [newPath(), newPath()];
  const type = newPath();
  const { id } = await http(before, { types: [type] });
  await stack.admin.request(routes.pauseSubscription, {}, { tenant: 'acme', subscription: id, reason: 'moving house' });
  await stack.store(source, 'moved', { type });
  await stack.admin.request(
    routes.changeSubscription,
    {},
    { tenant: 'acme', subscription: id, target: { kind: 'http', url: stack.receiver.origin + after, payload: 'raw' } },
  );
  await stack.admin.request(routes.resumeSubscription, {}, { tenant: 'acme', subscription: id });
  await vi.waitFor(() => expect(bodiesAt(after)).toEqual(['moved']), patient);
  expect(stack.receiver.at(before)).toHaveLength(0);
  await stack.admin.request(routes.removeSubscription, {}, { tenant: 'acme', subscription: id });
  const { subscriptions } = await stack.admin.request(routes.listSubscriptions, {}, { tenant: 'acme' });
  expect(subscriptions.map((one) => one.id)).not.toContain(id);
  await expect(
    stack.admin.request(routes.removeSubscription, {}, { tenant: 'acme', subscription: id }),
  ).rejects.toMatchObject({ code: 'invalid_request' });
});

test('a change that would break what others count on is refused', async () => {
  const { id } = await http(newPath(), { order_by: '{body.key}' });
  for (const change of [{ target: { kind: 'nats' as const } }, { order_by: null }])
    await expect(
      stack.admin.request(routes.changeSubscription, {}, { tenant: 'acme', subscription: id, ...change }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(http(newPath(), { source: 'src_00000000000000000000000000' })).rejects.toMatchObject({
    code: 'invalid_request',
  });
});
