import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeWebhookEvent, webhookEventHeader } from '@patchbay/contracts';
import type { StreamMessage } from '@patchbay/messaging';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { webhookEvent } from '../domain/event.fixture.ts';
import { createNatsEvents, readStored } from './nats-events.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

// The cache takes the clock object when it is loaded, which another test file may have done already: its `now` is changed, not it.
// What was put in at 0 would never be old to the cache.
let now = 1;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});
function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

/** A message as it comes from the socket: a view of a larger chunk. */
function message(sequence: number, payload = '{"a":1}'): StreamMessage {
  const chunk = Buffer.alloc(65_536);
  return {
    subject: 'webhooks.v1.acme.src.ticket',
    payload: chunk.subarray(100, 100 + chunk.write(payload, 100)),
    sequence,
    deliveries: 1,
    header: (name) => (name === webhookEventHeader ? encodeWebhookEvent(webhookEvent()) : null),
  };
}

function eventsOf(read: (sequence: number) => StreamMessage | null) {
  const asked: number[] = [];
  const events = createNatsEvents({
    messaging: {
      async streamMessage(_stream, sequence) {
        asked.push(sequence);
        return read(sequence);
      },
      readStream: () => {
        throw new Error('not read');
      },
      streamBounds: () => {
        throw new Error('not read');
      },
    },
    requests: { get: async () => null },
  });
  return { events, asked };
}

test('what is read holds on to its own bytes and nothing that came in with them', () => {
  const stored = readStored(message(1));
  expect(Buffer.from(stored?.payload as Uint8Array).toString()).toBe('{"a":1}');
  expect(stored?.payload.buffer.byteLength).toBe(7);
});

test('an event that was just read is not read again for a minute', async () => {
  const { events, asked } = eventsOf(message);
  const stored = readStored(message(7));
  events.keep(stored as NonNullable<typeof stored>);
  expect(await events.at(7)).toBe(stored);
  pass(59_000);
  expect(await events.at(7)).toBe(stored);
  pass(2_000);
  expect(await events.at(7)).not.toBe(stored);
  expect(asked).toEqual([7]);
});

test('after a minute its payload is out of memory, asked for or not', async () => {
  const { events } = eventsOf(() => null);
  const kept = ((stored) => {
    events.keep(stored as NonNullable<typeof stored>);
    return new WeakRef(stored?.payload as Uint8Array);
  })(readStored(message(7)));
  pass(61_000);
  // What a weak reference points to lives to the end of the turn that made it.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(kept.deref()).toBeUndefined();
  // It is the cache that let go: it is still in use.
  events.forget(7);
});

test('one that was erased is looked for where it lies', async () => {
  const { events, asked } = eventsOf(() => null);
  const stored = readStored(message(7));
  events.keep(stored as NonNullable<typeof stored>);
  events.forget(7);
  expect(await events.at(7)).toBeNull();
  expect(asked).toEqual([7]);
});
