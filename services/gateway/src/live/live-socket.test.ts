import { type LiveServerMessage, liveCloseCodes } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import { expect, test } from 'vitest';
import { LiveHub } from './live-hub.ts';
import { defaultSocketLimits, LiveSocket, type Wire } from './live-socket.ts';
import type { LiveDraft } from './live-topics.ts';

/** A wire whose peer reads when the test says so. */
class FakeWire implements Wire {
  readonly sent: { readonly text: string; readonly done: () => void }[] = [];
  readonly read: LiveServerMessage[] = [];
  bufferedAmount = 0;
  most = 0;
  mostMessages = 0;
  pings = 0;
  ended: number | 'terminated' | null = null;
  send(message: Buffer | string, _options: unknown, sent: () => void): void {
    const text = String(message);
    this.bufferedAmount += text.length;
    this.sent.push({ text, done: sent });
    this.most = Math.max(this.most, this.bufferedAmount);
    this.mostMessages = Math.max(this.mostMessages, this.sent.length);
  }
  ping(): void {
    this.pings++;
  }
  close(code: number): void {
    this.ended = code;
  }
  terminate(): void {
    this.ended = 'terminated';
  }
  readAll(): void {
    for (const { text, done } of this.sent.splice(0)) {
      this.bufferedAmount -= text.length;
      this.read.push(JSON.parse(text));
      done();
    }
  }
}

const principal: Principal = {
  kind: 'key',
  id: 'key_1',
  tenant: 'acme',
  role: 'owner',
  scopes: new Set(['executions:read', 'tools:read']),
  agent: null,
  session: null,
};
const draft = (n: number): LiveDraft => ({
  id: `${n}`,
  type: 'dev.patchbay.execution.finished',
  subject: `${n}`,
  time: null,
  data: { text: 'x'.repeat(500) },
  facets: {},
});

async function setup(over: Partial<typeof defaultSocketLimits> = {}) {
  let tell: (one: LiveDraft) => void = () => {};
  const hub = new LiveHub(
    (_tenant, topic, told) => {
      if (topic === 'executions') tell = told;
      return { ready: Promise.resolve(), close: () => {} };
    },
    { events: 10, bytes: 1e6, gatherMs: 0, feeds: 9, totalBytes: 1e6, lingerMs: 1 },
  );
  const wire = new FakeWire();
  const limits = { ...defaultSocketLimits, queuedBytes: 20_000, queuedMessages: 50, ...over };
  const failures: unknown[] = [];
  const socket = new LiveSocket(
    wire,
    { principal, tenant: 'acme' },
    {
      hub,
      limits,
      onFailure: (error) => failures.push(error),
    },
  );
  await socket.receive('{"kind":"subscribe","topic":"executions"}');
  wire.readAll();
  let n = 0;
  const tells = async (count: number) => {
    for (let i = 0; i < count; i++) {
      tell(draft(n++));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const told = () => wire.read.flatMap((one) => (one.kind === 'events' ? one.events : []));
  return { wire, socket, tells, told, limits, hub, failures };
}

test('what a client does not read waits up to a limit; the rest is counted, and told once it reads again', async () => {
  const { wire, socket, tells, told, limits } = await setup();
  await tells(300);
  expect(wire.most).toBeLessThanOrEqual(limits.queuedBytes);
  expect(wire.most).toBeGreaterThan(limits.queuedBytes / 2);
  wire.readAll();
  socket.look();
  await tells(5);
  wire.readAll();
  const gaps = wire.read.flatMap((one) => (one.kind === 'gap' ? [one.gap] : []));
  expect(gaps).toMatchObject([{ reason: 'slow', since: expect.any(String) }]);
  expect(told().length + (gaps[0]?.missed ?? 0)).toBe(305);
  // In order, with the gap in its place.
  const places = wire.read.map(({ kind }) => kind);
  expect(places.indexOf('gap')).toBeLessThan(places.lastIndexOf('events'));
});

test('few bytes in many messages have a limit too', async () => {
  const { wire, tells, limits } = await setup({ queuedBytes: 10_000_000 });
  await tells(100);
  expect(wire.mostMessages).toBe(limits.queuedMessages);
});

test('a client that lags too long is closed, and one that was silent too long is cut', async () => {
  const slow = await setup();
  await slow.tells(100);
  slow.socket.look();
  expect(slow.wire.ended).toBeNull();
  slow.socket.look(performance.now() + 31_000);
  expect(slow.wire.ended).toBe(liveCloseCodes.tooSlow);
  expect(slow.hub.feeds).toBe(1);

  const dead = await setup();
  dead.socket.look(performance.now() + 16_000);
  expect([dead.wire.pings, dead.wire.ended]).toEqual([1, null]);
  dead.socket.look(performance.now() + 38_000);
  expect(dead.wire.ended).toBe('terminated');
});

test('a client that asks and does not read is cut', async () => {
  const { wire, socket } = await setup({ queuedBytes: 500, messagesPerSecond: 1e9, burst: 1e9 });
  for (let i = 0; i < 100; i++) await socket.receive('{"kind":"unsubscribe","topic":"plans"}');
  expect(wire.ended).toBe('terminated');
  expect(wire.most).toBeLessThanOrEqual(1_000);
});

test('a beat comes when nothing else does', async () => {
  const { wire, socket, tells, limits } = await setup();
  await tells(1);
  wire.readAll();
  socket.look(performance.now() + limits.beatMs - 1_000);
  wire.readAll();
  expect(wire.read.at(-1)?.kind).toBe('events');
  socket.look(performance.now() + limits.beatMs + 1_000);
  wire.readAll();
  expect(wire.read.at(-1)).toEqual({ kind: 'beat' });
});

test('a topic that is asked for again is followed once, and a socket that is closed meanwhile follows nothing', async () => {
  const { socket, tells, told, wire, failures } = await setup();
  await Promise.all([
    socket.receive('{"kind":"subscribe","topic":"executions"}'),
    socket.receive('{"kind":"subscribe","topic":"executions"}'),
  ]);
  await tells(1);
  wire.readAll();
  expect(told()).toHaveLength(1);
  const late = socket.receive('{"kind":"subscribe","topic":"registry"}');
  socket.closed();
  await late;
  await tells(1);
  wire.readAll();
  expect(told()).toHaveLength(1);
  expect(failures).toEqual([]);
});
