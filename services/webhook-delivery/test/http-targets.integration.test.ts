import { DeliveredEvent, routes } from '@patchbay/contracts';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DeliveryStack, startDeliveryStack } from './delivery-stack.test-support.ts';
import type { Received } from './http-receiver.test-support.ts';

let stack: DeliveryStack;
let source: string;
let paths = 0;
beforeAll(async () => {
  stack = await startDeliveryStack();
  await stack.startHere();
  source = await stack.addSource();
});
afterAll(() => stack?.stop());

const patient = { timeout: 15_000 };
const newPath = () => `/target-${++paths}`;
const quick = { schedule_ms: [50, 50, 50], jitter: 0 };

/** A subscription to one type of its own, so that tests do not hear each other. */
function http(path: string, over: { payload?: 'envelope' | 'raw'; headers?: Record<string, string> } = {}) {
  return { types: [path], retry: quick, target: { kind: 'http' as const, url: stack.receiver.origin + path, ...over } };
}
const signedHeaders = ({ headers }: Received) => ({
  'webhook-id': String(headers['webhook-id']),
  'webhook-timestamp': String(headers['webhook-timestamp']),
  'webhook-signature': String(headers['webhook-signature']),
});
const cameTo = (path: string, count: number) =>
  vi.waitFor(() => {
    expect(stack.receiver.at(path)).toHaveLength(count);
    return stack.receiver.at(path);
  }, patient);
const deliveryOf = (event: string) =>
  vi.waitFor(async () => {
    const { deliveries } = await stack.admin.request(routes.listDeliveries, {}, { tenant: 'acme', event });
    expect(deliveries[0]?.finished_at).toEqual(expect.any(String));
    return (
      await stack.admin.request(routes.showDelivery, {}, { tenant: 'acme', delivery: deliveries[0]?.id as string })
    ).delivery;
  }, patient);

describe('an HTTP target', () => {
  test('gets an envelope that the vendor library of Standard Webhooks verifies', async () => {
    const path = newPath();
    const { subscription, key } = await stack.subscribeWithKey(http(path, { headers: { 'x-team': 'support' } }));
    const event = await stack.store(source, '{"amount": 12.50}', { type: path });
    const [request] = await cameTo(path, 1);
    const verified = new Webhook(key).verify(request?.body.toString() as string, signedHeaders(request as Received));
    expect(DeliveredEvent.parse(verified)).toMatchObject({
      subscription: subscription.id,
      event: { id: event.id, type: path, source },
      body: { amount: 12.5 },
    });
    expect(request?.headers).toMatchObject({
      'webhook-id': event.id,
      'content-type': 'application/json',
      'x-team': 'support',
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-/),
    });
    const delivery = await deliveryOf(event.id);
    expect(delivery).toMatchObject({
      state: 'succeeded',
      attempts: [{ number: 1, outcome: 'succeeded', status: 204 }],
    });
  });

  test('gets the raw body byte for byte, signed, where it asks for it', async () => {
    const path = newPath();
    const { key } = await stack.subscribeWithKey(http(path, { payload: 'raw' }));
    const raw = '{"b":1,  "a":"\\u00e4 ä"}\r\n';
    await stack.store(source, raw, { type: path, content_type: 'application/json; charset=utf-8' });
    const [request] = await cameTo(path, 1);
    expect(request?.body.toString()).toBe(raw);
    expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
    new Webhook(key).verify(request?.body.toString() as string, signedHeaders(request as Received));
  });

  test('gets signatures under both keys while one takes the place of the other', async () => {
    const path = newPath();
    const { subscription, key: before } = await stack.subscribeWithKey(http(path));
    await stack.store(source, '{}', { type: path });
    await cameTo(path, 1);
    const { sealed_secret, subscription: rotated } = await stack.admin.request(
      routes.rotateSubscriptionKey,
      {},
      { tenant: 'acme', subscription: subscription.id, overlap_ms: 60_000, recipient: stack.recipient },
    );
    const after = stack.openKey(sealed_secret);
    expect(after).not.toBe(before);
    expect(rotated.secrets).toHaveLength(2);
    /** The next delivery that is signed under all of these keys: a new key is known to a process within a second. */
    const signedUnder = (...keys: string[]) =>
      vi.waitFor(async () => {
        const { length } = stack.receiver.at(path);
        await stack.store(source, '{}', { type: path });
        const next = (await cameTo(path, length + 1)).at(-1) as Received;
        for (const key of keys) new Webhook(key).verify(next.body.toString(), signedHeaders(next));
        return next;
      }, patient);
    await signedUnder(before, after);
    // Another one: of the first nothing is left, and the vault has destroyed it.
    const { sealed_secret: third } = await stack.admin.request(
      routes.rotateSubscriptionKey,
      {},
      { tenant: 'acme', subscription: subscription.id, overlap_ms: 0, recipient: stack.recipient },
    );
    const last = await signedUnder(stack.openKey(third));
    for (const key of [before, after])
      expect(() => new Webhook(key).verify(last.body.toString(), signedHeaders(last))).toThrow();
  });

  test('that fails gets the same id again, with a new signature, until it takes it', async () => {
    const path = newPath();
    const { key } = await stack.subscribeWithKey(http(path));
    stack.receiver.answer(path, () =>
      stack.receiver.at(path).length < 3
        ? { status: 500, body: 'no token=abcdefghijklmnop1234 today' }
        : { status: 200 },
    );
    const event = await stack.store(source, '{}', { type: path });
    const requests = await cameTo(path, 3);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([event.id]));
    for (const request of requests) new Webhook(key).verify(request.body.toString(), signedHeaders(request));
    const delivery = await deliveryOf(event.id);
    expect(delivery.attempts.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['failed', 500],
      ['failed', 500],
      ['succeeded', 200],
    ]);
    expect(delivery.attempts[0]?.answer).toContain('today');
  });

  test('that asks for time gets it', async () => {
    const path = newPath();
    await stack.subscribe(http(path));
    stack.receiver.answer(path, () =>
      stack.receiver.at(path).length < 2 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 200 },
    );
    await stack.store(source, '{}', { type: path });
    const [first, second] = await cameTo(path, 2);
    expect((second?.at as number) - (first?.at as number)).toBeGreaterThanOrEqual(990);
  });

  test('that redirects is not followed', async () => {
    const path = newPath();
    await stack.subscribe({ ...http(path), retry: { schedule_ms: [], jitter: 0 } });
    stack.receiver.answer(path, { status: 307, headers: { location: `${stack.receiver.origin}/elsewhere` } });
    const event = await stack.store(source, '{}', { type: path });
    expect(await deliveryOf(event.id)).toMatchObject({
      state: 'dead_letter',
      attempts: [{ status: 307, outcome: 'failed' }],
    });
    expect(stack.receiver.at('/elsewhere')).toHaveLength(0);
  });

  test('that says that it is gone is not called any more', async () => {
    const path = newPath();
    const subscription = await stack.subscribe(http(path));
    stack.receiver.answer(path, { status: 410 });
    const event = await stack.store(source, '{}', { type: path });
    expect(await deliveryOf(event.id)).toMatchObject({ state: 'dead_letter', attempts: [{ status: 410 }] });
    await vi.waitFor(async () => {
      const shown = await stack.admin.request(
        routes.showSubscription,
        {},
        { tenant: 'acme', subscription: subscription.id },
      );
      expect(shown.subscription.state).toMatchObject({ value: 'disabled', reason: expect.stringContaining('410') });
    }, patient);
    await stack.store(source, '{}', { type: path });
    const witness = newPath();
    await stack.subscribe(http(witness));
    await stack.store(source, '{}', { type: witness });
    await cameTo(witness, 1);
    expect(stack.receiver.at(path)).toHaveLength(1);
  });

  test('at an address that is not public is refused when it is added, and when an event is to go there', async () => {
    for (const url of [
      'http://127.0.0.1:1/x',
      'https://10.0.0.1/x',
      'https://localhost/x',
      'https://u:p@example.com/x',
      'http://example.com/',
    ])
      await expect(stack.subscribe({ target: { kind: 'http', url } })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    const path = newPath();
    const subscription = await stack.subscribe({ ...http(path), retry: { schedule_ms: [], jitter: 0 } });
    // As if the guard at the door had let it by: a store that was altered, or rules that were others then.
    const bucket = await (await stack.servers.connect('webhook-delivery')).bucket('subscriptions');
    await bucket.put(
      `acme.${subscription.id}`,
      JSON.stringify({
        ...subscription,
        target: { kind: 'http', url: 'https://169.254.169.254/latest', headers: {}, payload: 'raw' },
      }),
    );
    const event = await stack.store(source, '{}', { type: path });
    expect(await deliveryOf(event.id)).toMatchObject({
      state: 'dead_letter',
      attempts: [{ status: null, outcome: 'refused', error_code: 'egress_denied' }],
    });
  });

  test('has no place for a credential or for headers of ours', async () => {
    for (const name of ['authorization', 'X-Api-Key', 'cookie', 'webhook-id', 'content-type', 'Host'])
      await expect(stack.subscribe(http(newPath(), { headers: { [name]: 'x' } }))).rejects.toMatchObject({
        code: 'invalid_request',
      });
  });
});
