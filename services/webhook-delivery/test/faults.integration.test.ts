import { routes } from '@patchbay/contracts';
import { startAgain } from '@patchbay/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type DeliveryStack, startDeliveryStack } from './delivery-stack.test-support.ts';

let stack: DeliveryStack;
let source: string;
beforeEach(async () => {
  stack = await startDeliveryStack({ storage: 'file' });
  source = await stack.addSource();
}, 60_000);
afterEach(() => stack?.stop(), 60_000);

const patient = { timeout: 60_000, interval: 100 };
const retry = { schedule_ms: Array.from({ length: 20 }, () => 500), jitter: 0.2 };
const idsAt = (path: string) => stack.receiver.at(path).map(({ headers }) => String(headers['webhook-id']));
const subscribe = (path: string, over = {}) =>
  stack.subscribe({
    types: [path],
    retry,
    target: { kind: 'http', url: stack.receiver.origin + path, payload: 'raw' },
    ...over,
  });

test('a process killed in the middle of an attempt loses nothing: another makes it again under the same id', async () => {
  const path = '/hangs-first';
  const reached = Promise.withResolvers<void>();
  stack.receiver.answer(path, () => {
    if (stack.receiver.at(path).length > 1) return { status: 204 };
    reached.resolve();
    return null;
  });
  const first = await stack.startProcess('delivery-1');
  await subscribe(path);
  const event = await stack.store(source, '{}', { type: path });
  await reached.promise;
  await first.kill();
  await stack.startProcess('delivery-2');
  await vi.waitFor(() => expect(idsAt(path)).toEqual([event.id, event.id]), patient);
  await vi.waitFor(async () => {
    const { deliveries } = await stack.admin.request(routes.listDeliveries, {}, { tenant: 'acme', event: event.id });
    expect(deliveries).toMatchObject([{ state: 'succeeded', attempts: 1 }]);
  }, patient);
}, 120_000);

test('processes killed at random while events come lose none, and a target that goes by ids sees each once', async () => {
  const path = '/idempotent';
  /** As an idempotent consumer keeps them: whatever comes again has no second effect. */
  const effects = new Set<string>();
  stack.receiver.answer(path, ({ headers }) => {
    effects.add(String(headers['webhook-id']));
    return { status: 204 };
  });
  let running = [await stack.startProcess('delivery-1'), await stack.startProcess('delivery-2')];
  await subscribe(path);
  const stored: string[] = [];
  let storing = true;
  const storm = (async () => {
    while (storing) {
      stored.push((await stack.store(source, JSON.stringify({ n: stored.length }), { type: path })).id);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  for (let round = 3; round < 7; round++) {
    await vi.waitFor(() => expect(stored.length).toBeGreaterThan((round - 2) * 60), patient);
    const [victim, ...rest] = running;
    await victim?.kill();
    running = [...rest, await stack.startProcess(`delivery-${round}`)];
  }
  storing = false;
  await storm;
  await vi.waitFor(() => expect(effects).toEqual(new Set(stored)), patient);
}, 180_000);

test('several processes share the work of one subscription, and its deliveries under way at once', async () => {
  const path = '/shared';
  let now = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  stack.receiver.answer(path, async () => {
    most = Math.max(most, ++now);
    await gate.promise;
    now--;
    return { status: 204 };
  });
  await Promise.all(['delivery-1', 'delivery-2'].map((name) => stack.startProcess(name)));
  await subscribe(path, { concurrency: 6 });
  for (let i = 0; i < 40; i++) await stack.store(source, String(i), { type: path });
  await vi.waitFor(() => expect(now).toBe(6), patient);
  gate.resolve();
  await vi.waitFor(() => expect(new Set(idsAt(path)).size).toBe(40), patient);
  expect(most).toBe(6);
  expect(idsAt(path)).toHaveLength(40);
  const made = await stack.servers.connect('admin');
  const statuses = [...(await made.serviceStatus('webhook-delivery')).values()];
  expect(statuses).toMatchObject([
    { processes: 2, subscriptions: 1 },
    { processes: 2, subscriptions: 1 },
  ]);
}, 120_000);

test('a restart of nats-server in the middle loses nothing', async () => {
  const path = '/restarted';
  let down = true;
  stack.receiver.answer(path, () => (down ? { status: 503 } : { status: 204 }));
  await stack.startProcess('delivery-1');
  await subscribe(path);
  const before: string[] = [];
  for (let i = 0; i < 20; i++) before.push((await stack.store(source, String(i), { type: path })).id);
  await vi.waitFor(() => expect(new Set(idsAt(path)).size).toBeGreaterThan(5), patient);
  await stack.servers.nats[0]?.stop();
  const again = await startAgain(stack.servers);
  try {
    down = false;
    await vi.waitFor(async () => void before.push((await stack.store(source, 'after', { type: path })).id), patient);
    const taken = new Set<string>();
    await vi.waitFor(async () => {
      const { deliveries } = await stack.admin.request(
        routes.listDeliveries,
        {},
        { tenant: 'acme', state: 'succeeded' },
      );
      for (const { event } of deliveries) taken.add(event);
      expect(taken).toEqual(new Set(before));
    }, patient);
  } finally {
    await again.stop();
  }
}, 180_000);
