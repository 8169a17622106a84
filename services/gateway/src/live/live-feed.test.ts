import type { LiveGap } from '@patchbay/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FeedBatch, LiveFeed } from './live-feed.ts';
import { LiveHub } from './live-hub.ts';
import type { HearTopic, LiveDraft } from './live-topics.ts';

const of = { tenant: 'acme', topic: 'executions' } as const;
const limits = { events: 5, bytes: 100_000, gatherMs: 20 };
const draft = (subject: string, data: LiveDraft['data'] = {}): LiveDraft => ({
  id: subject,
  type: 'dev.patchbay.execution.finished',
  subject,
  time: null,
  data,
  facets: { session: subject },
});

function listening() {
  const batches: FeedBatch[] = [];
  const gaps: LiveGap[] = [];
  return {
    batches,
    gaps,
    subjects: () => batches.flatMap(({ events }) => events.map(({ event }) => event.subject)),
    take: (batch: FeedBatch) => void batches.push(batch),
    lost: (gap: LiveGap) => void gaps.push(gap),
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a feed', () => {
  test('tells the first event at once and gathers what comes behind it; all listeners share one message', async () => {
    const feed = new LiveFeed(of, limits);
    const [one, two] = [listening(), listening()];
    feed.join(one, null);
    feed.join(two, null);
    feed.tell(draft('a'));
    await vi.advanceTimersByTimeAsync(0);
    expect(one.subjects()).toEqual(['a']);
    feed.tell(draft('b'));
    feed.tell(draft('c'));
    await vi.advanceTimersByTimeAsync(0);
    expect(one.batches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(one.batches).toHaveLength(2);
    expect(one.subjects()).toEqual(['a', 'b', 'c']);
    expect(two.batches[1]?.message).toBe(one.batches[1]?.message);
    expect(JSON.parse(String(one.batches[1]?.message)).events.map(({ event }: never) => event)).toMatchObject([
      { subject: 'b', source: '/tenants/acme/executions' },
      { subject: 'c' },
    ]);
  });

  test('keeps the newest for those who come again, and says what is gone', () => {
    const feed = new LiveFeed(of, limits);
    const { cursor } = feed.join(listening(), null);
    for (const subject of ['a', 'b', 'c', 'd', 'e']) feed.tell(draft(subject));
    const again = feed.join(listening(), cursor);
    expect(again.missed.map(({ event }) => event.subject)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(again.gap).toBeNull();
    feed.tell(draft('f'));
    const late = feed.join(listening(), cursor);
    expect(late.gap).toMatchObject({ reason: 'too_old', missed: 1 });
    expect(late.missed).toHaveLength(5);
    expect(feed.join(listening(), late.cursor)).toMatchObject({ gap: null, missed: [] });
    const other = new LiveFeed(of, limits).join(listening(), cursor);
    expect(other).toMatchObject({ gap: { reason: 'unknown_cursor', missed: null }, missed: [] });
  });

  test.each(['x', 'zzzzzzzz.zzzzzzzzzzz.zzzzzzzzzzz', 'aaaaaaaa.0.0'])('takes no harm from cursor %s', (cursor) => {
    expect(new LiveFeed(of, limits).join(listening(), cursor).gap).toMatchObject({ reason: 'unknown_cursor' });
  });

  test('counts what it keeps, holds to its bytes, and gives all back', () => {
    let counted = 0;
    const feed = new LiveFeed(of, { ...limits, events: 1_000 }, { count: (bytes) => (counted += bytes) });
    for (let i = 0; i < 200; i++) feed.tell(draft(`${i}`, { text: 'x'.repeat(1_000) }));
    expect(feed.bytes).toBeLessThanOrEqual(limits.bytes);
    expect(feed.bytes).toBeGreaterThan(limits.bytes / 2);
    expect(counted).toBe(feed.bytes);
    feed.close();
    expect(counted).toBe(0);
  });

  test('tells of an event that is too large by its name alone', async () => {
    const feed = new LiveFeed(of, { ...limits, bytes: 1_000_000 });
    const one = listening();
    feed.join(one, null);
    feed.tell(draft('a', { text: 'x'.repeat(70_000) }));
    await vi.advanceTimersByTimeAsync(0);
    expect(one.batches[0]?.events[0]?.event).toMatchObject({ subject: 'a', data: null });
    expect(one.batches[0]?.message.length).toBeLessThan(1_000);
  });

  test('lets no cursor lead across what it did not hear', () => {
    const feed = new LiveFeed(of, limits);
    const one = listening();
    const { cursor } = feed.join(one, null);
    feed.tell(draft('a'));
    feed.lose();
    expect(one.subjects()).toEqual(['a']);
    expect(one.gaps).toMatchObject([{ reason: 'disconnected', since: expect.any(String), missed: null }]);
    feed.tell(draft('b'));
    expect(feed.join(listening(), cursor)).toMatchObject({ gap: { reason: 'unknown_cursor' }, missed: [] });
  });
});

describe('the hub', () => {
  const hubLimits = { ...limits, feeds: 2, totalBytes: 20_000, lingerMs: 60_000 };
  function hub(over: Partial<typeof hubLimits> = {}, ready: () => Promise<void> = async () => {}) {
    const tells = new Map<string, (one: LiveDraft) => void>();
    const closed: string[] = [];
    const hear: HearTopic = (tenant, topic, tell) => {
      tells.set(`${tenant} ${topic}`, tell);
      return { ready: ready(), close: () => void closed.push(`${tenant} ${topic}`) };
    };
    const made = new LiveHub(hear, { ...hubLimits, ...over });
    return { hub: made, tells, closed };
  }
  const follow = (one: LiveHub, tenant: string, more: object = {}) => {
    const it = listening();
    return one.follow({ ...of, tenant, ...it, ...more }).then((followed) => ({ ...it, ...followed }));
  };

  test('hears each tenant and topic once, and a while longer than anybody follows', async () => {
    const { hub: it, tells, closed } = hub();
    const [one, two] = [await follow(it, 'acme'), await follow(it, 'acme')];
    expect([...tells.keys()]).toEqual(['acme executions']);
    one.stop();
    one.stop();
    two.stop();
    tells.get('acme executions')?.(draft('a'));
    await vi.advanceTimersByTimeAsync(59_000);
    const again = await follow(it, 'acme', { cursor: two.cursor });
    expect(again.missed.map(({ event }) => event.subject)).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(closed).toEqual([]);
    again.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(closed).toEqual(['acme executions']);
    expect([it.feeds, it.bytes]).toEqual([0, 0]);
  });

  test('follows no more than it may, and ends what nobody follows first', async () => {
    const { hub: it, closed } = hub();
    const one = await follow(it, 'a');
    await follow(it, 'b');
    await expect(follow(it, 'c')).rejects.toMatchObject({ code: 'overloaded' });
    one.stop();
    await follow(it, 'c');
    expect(closed).toEqual(['a executions']);
  });

  test('keeps no more than it may of all together', async () => {
    const { hub: it, tells } = hub({ events: 1_000 });
    await follow(it, 'a');
    await follow(it, 'b');
    for (let i = 0; i < 100; i++) for (const tell of tells.values()) tell(draft(`${i}`, { text: 'x'.repeat(500) }));
    expect(it.bytes).toBeLessThanOrEqual(hubLimits.totalBytes);
    expect(it.bytes).toBeGreaterThan(hubLimits.totalBytes / 2);
  });

  test('follows nothing while NATS is away, and tries anew', async () => {
    let away = true;
    const { hub: it } = hub({}, async () => {
      if (away) throw new Error('away');
    });
    await expect(follow(it, 'a')).rejects.toMatchObject({ code: 'overloaded' });
    away = false;
    await follow(it, 'a');
  });
});
