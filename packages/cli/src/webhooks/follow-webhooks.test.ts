import { PatchbayError } from '@patchbay/contracts';
import type { ArrivedWebhook } from '@patchbay/sdk';
import { expect, test, vi } from 'vitest';
import { fakeEvents } from './fake-events.test-support.ts';
import { type Following, followWebhooks } from './follow-webhooks.ts';

function start(over: Partial<Following> = {}) {
  const events = fakeEvents();
  const got: ArrivedWebhook[] = [];
  const gaps: number[] = [];
  const person = new AbortController();
  const ended = followWebhooks(events, {
    filter: {},
    interrupt: person.signal,
    onGap: (missed) => gaps.push(missed),
    onWebhook: (arrived) => void got.push(arrived),
    ...over,
  });
  const payloads = () => got.map(({ payload }) => Buffer.from(payload).toString());
  return { events, got, gaps, person, ended, payloads };
}

test('gives what comes, in its order, until Ctrl-C', async () => {
  const { events, payloads, person, ended } = start();
  events.store({}, { heard: true });
  events.store({}, { heard: true });
  await vi.waitFor(() => expect(payloads()).toEqual(['{"n":0}', '{"n":1}']));
  person.abort();
  await ended;
  expect(events.listeners).toEqual([]);
});

test('reads what came while the connection was lost, once, oldest first', async () => {
  const { events, payloads, gaps, person, ended } = start();
  events.store({ received_at: new Date(Date.now() - 60_000).toISOString() });
  events.store({}, { heard: true });
  for (let missed = 0; missed < 5; missed++) events.store();
  events.listeners[0]?.onGap?.();
  events.store({}, { heard: true });
  await vi.waitFor(() => expect(payloads()).toHaveLength(7));
  // Nothing from before it began, nothing twice.
  expect(payloads()).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `{"n":${n}}`));
  expect(gaps[0]).toBeGreaterThanOrEqual(5);
  person.abort();
  await ended;
});

test('looks again when the service is not back yet, and gives up on what will not pass', async () => {
  const { events, payloads, ended } = start();
  events.store();
  events.failNext(new PatchbayError('overloaded', { message: 'starting' }));
  events.listeners[0]?.onGap?.();
  await vi.waitFor(() => expect(payloads()).toEqual(['{"n":0}']), { timeout: 5_000 });
  events.failNext(new PatchbayError('not_permitted', { message: 'no' }));
  events.listeners[0]?.onGap?.();
  await expect(ended).rejects.toMatchObject({ code: 'not_permitted' });
});

test('leaves out what the filter does not pick', async () => {
  const { events, got, person, ended } = start({
    filter: { source: 'src_01JD0000000000000000000000', types: ['order.*', 'a+b'], text: 'cus_1' },
  });
  expect(events.listeners[0]?.source).toBe('src_01JD0000000000000000000000');
  const payload = '{"customer":"cus_1"}';
  for (const type of ['orders.made', 'xorder.made', 'aab']) events.store({ type }, { heard: true, payload });
  events.store({ type: 'order.made' }, { heard: true, payload: '{"customer":"cus_2"}' });
  events.store({ type: 'order.made.\nlate' }, { heard: true, payload });
  events.store({ type: 'a+b' }, { heard: true, payload });
  await vi.waitFor(() => expect(got.map(({ event }) => event.type)).toEqual(['order.made.\nlate', 'a+b']));
  person.abort();
  await ended;
});

test('ends by what a listener throws', async () => {
  const { events, ended } = start({
    onWebhook: () => {
      throw new Error('of its own');
    },
  });
  events.store({}, { heard: true });
  await expect(ended).rejects.toThrow('of its own');
});
