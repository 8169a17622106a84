import { defaultRetrySchedule, PatchbayError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { webhookEvent, webhookSubscription } from '../domain/event.fixture.ts';
import { systemPatienceMs } from '../domain/retry-schedule.ts';
import { fakeStorage, simulatedDelivery, storedDelivery } from './fakes.test-support.ts';
import { failedOfOurs, outcomeOf, succeeded } from './targets.ts';

const hour = 3_600_000;
const failed = (over = {}) => outcomeOf({ outcome: 'failed', another: 'again', message: 'no', ...over });

describe('three days of retries', () => {
  const subscription = webhookSubscription({ retry: { schedule_ms: [...defaultRetrySchedule], jitter: 0.2 } });

  test('keep the schedule to the end, and the delivery is a dead letter with every attempt told', async () => {
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => failed({ status: 500 }));
    const stored = storedDelivery(storage.store());
    await delivery.toTheEnd(stored, subscription.id);
    const waits = delivery.attempts.slice(1).map((at, index) => at - (delivery.attempts[index] as number));
    expect(waits).toEqual([...defaultRetrySchedule]);
    expect((delivery.clock.now - (delivery.attempts[0] as number)) / hour).toBeCloseTo(68.7, 1);
    expect(storage.records.get(stored.delivery)?.record).toMatchObject({ state: 'dead_letter', next_attempt_at: null });
    expect(storage.records.get(stored.delivery)?.record.attempts.map(({ number }) => number)).toEqual(
      Array.from({ length: 11 }, (_, index) => index + 1),
    );
    expect(storage.letters.get(stored.delivery)).toMatchObject({ reason: 'exhausted', attempts: 11, sequence: 1 });
    expect(delivery.audited.slice(-2)).toEqual(['attempt 11', 'given up: exhausted']);
  });

  test('keep within their jitter, and a Retry-After in the middle counts where it is longer', async () => {
    const storage = fakeStorage([subscription]);
    let random = 0;
    const delivery = simulatedDelivery(
      storage,
      () => failed({ retryAfterMs: delivery.attempts.length === 2 ? 50 * 60_000 : 1_000 }),
      { random: () => (random = (random + 0.37) % 1) },
    );
    await delivery.toTheEnd(storedDelivery(storage.store()), subscription.id);
    const waits = delivery.attempts.slice(1).map((at, index) => at - (delivery.attempts[index] as number));
    expect(waits[1]).toBe(50 * 60_000);
    for (const [index, planned] of defaultRetrySchedule.entries()) {
      if (index === 1) continue;
      expect(Math.abs((waits[index] as number) / planned - 1)).toBeLessThanOrEqual(0.2);
    }
    expect(new Set(waits.map((wait, index) => wait / (defaultRetrySchedule[index] as number))).size).toBeGreaterThan(5);
  });

  test('end as soon as one succeeds', async () => {
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => (delivery.attempts.length < 6 ? failed() : succeeded()));
    const stored = storedDelivery(storage.store());
    await delivery.toTheEnd(stored, subscription.id);
    expect(delivery.attempts).toHaveLength(6);
    expect(storage.records.get(stored.delivery)?.record).toMatchObject({ state: 'succeeded' });
    expect(storage.letters.size).toBe(0);
    expect(await delivery.once(stored, subscription.id, 7)).toEqual({ done: true });
    expect(delivery.attempts).toHaveLength(6);
  });
});

describe('failures of ours', () => {
  const subscription = webhookSubscription();

  test('cost no attempt, and the delivery goes on when they are over', async () => {
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () =>
      delivery.attempts.length < 4 ? failedOfOurs('away') : succeeded(),
    );
    const stored = storedDelivery(storage.store());
    await delivery.toTheEnd(stored, subscription.id);
    expect(storage.records.get(stored.delivery)?.record).toMatchObject({
      state: 'succeeded',
      attempts: [{ number: 1 }],
    });
  });

  test('that do not end for a day make a dead letter of their own kind', async () => {
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => failedOfOurs('away'));
    const stored = storedDelivery(storage.store());
    const begun = delivery.clock.now;
    await delivery.toTheEnd(stored, subscription.id);
    expect(delivery.clock.now - begun).toBeGreaterThanOrEqual(systemPatienceMs);
    expect(storage.letters.get(stored.delivery)).toMatchObject({ reason: 'system', attempts: 0, last_attempt: null });
    expect(delivery.audited).toEqual(['given up: system']);
  });

  test('that nobody expected are told, and tried again', async () => {
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => {
      throw new PatchbayError('overloaded');
    });
    expect(await delivery.once(storedDelivery(storage.store()), subscription.id)).toEqual({
      done: false,
      retryAfterMs: 1_000,
    });
    expect(delivery.reported).toEqual(['a delivery failed unexpectedly']);
  });

  test('an event that is gone, and a message that ends every process, are dead letters', async () => {
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => succeeded());
    const [gone, deadly] = [storedDelivery(storage.store()), storedDelivery(storage.store())];
    storage.lose(gone.sequence);
    expect(await delivery.once(gone, subscription.id)).toEqual({ done: true });
    expect(await delivery.once(deadly, subscription.id, 101)).toEqual({ done: true });
    expect([...storage.letters.values()].map(({ reason }) => reason)).toEqual(['system', 'system']);
    expect(delivery.attempts).toHaveLength(0);
  });
});

test('an attempt is traced below what its event came in', async () => {
  const subscription = webhookSubscription();
  const storage = fakeStorage([subscription]);
  const seen: string[] = [];
  const delivery = simulatedDelivery(storage, ({ traceparent }) => {
    seen.push(traceparent);
    return failed({ errorCode: 'upstream_error' });
  });
  await delivery.once(storedDelivery(storage.store(webhookEvent({ traceparent: '00-a-b-01' }))), subscription.id);
  expect(seen).toEqual(['below 00-a-b-01']);
  expect(delivery.spans).toEqual(['nats upstream_error']);
});

describe('a delivery', () => {
  test('whose outcome is not known is not attempted again', async () => {
    const subscription = webhookSubscription();
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => outcomeOf({ outcome: 'outcome_unknown', another: 'never' }));
    const stored = storedDelivery(storage.store());
    await delivery.toTheEnd(stored, subscription.id);
    expect(delivery.attempts).toHaveLength(1);
    expect(storage.letters.get(stored.delivery)).toMatchObject({
      reason: 'exhausted',
      last_attempt: { outcome: 'outcome_unknown' },
    });
  });

  test('to a subscription that is gone, disabled or over is dropped, and one to a paused one waits', async () => {
    const at = '2026-11-29T00:00:00.000Z';
    const state = (value: 'paused' | 'disabled') => ({ state: { value, reason: null, since: at } });
    const [paused, disabled, over] = [
      webhookSubscription(state('paused')),
      webhookSubscription(state('disabled')),
      webhookSubscription({ expires_at: at }),
    ];
    const storage = fakeStorage([paused, disabled, over]);
    const delivery = simulatedDelivery(storage, () => succeeded());
    const stored = storedDelivery(storage.store());
    for (const id of [disabled.id, over.id, webhookSubscription().id])
      expect(await delivery.once(stored, id)).toEqual({ done: true });
    expect(await delivery.once(stored, paused.id)).toEqual({ done: false, retryAfterMs: expect.any(Number) });
    expect(delivery.attempts).toHaveLength(0);
  });

  test('begun before its subscription was disabled is written down as dropped', async () => {
    const subscription = webhookSubscription();
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => failed());
    const stored = storedDelivery(storage.store());
    await delivery.once(stored, subscription.id);
    storage.kept.clear();
    await delivery.once(stored, subscription.id);
    expect(storage.records.get(stored.delivery)?.record).toMatchObject({ state: 'dropped', attempts: [{ number: 1 }] });
  });

  test('that succeeded is done with although it could not be written down', async () => {
    const subscription = webhookSubscription();
    const storage = fakeStorage([subscription]);
    storage.ports.deliveries.write = async () => {
      throw new PatchbayError('overloaded');
    };
    const delivery = simulatedDelivery(storage, () => succeeded());
    expect(await delivery.once(storedDelivery(storage.store()), subscription.id)).toEqual({ done: true });
  });

  test('that another process has in hand as well is looked at again', async () => {
    const subscription = webhookSubscription();
    const storage = fakeStorage([subscription]);
    const stored = storedDelivery(storage.store());
    const other = simulatedDelivery(storage, () => failed());
    const delivery = simulatedDelivery(storage, async () => {
      await other.once(stored, subscription.id);
      return failed();
    });
    expect(await delivery.once(stored, subscription.id)).toEqual({ done: false, retryAfterMs: 1_000 });
    expect(storage.records.get(stored.delivery)?.record.attempts).toHaveLength(1);
  });

  test('whose process ends while it waits for its turn is given back', async () => {
    const subscription = webhookSubscription();
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => succeeded(), { turn: async () => false });
    expect(await delivery.once(storedDelivery(storage.store()), subscription.id)).toEqual({
      done: false,
      retryAfterMs: 0,
    });
    expect(delivery.attempts).toHaveLength(0);
  });
});

describe('a replay', () => {
  test.each([
    [failed(), true],
    [outcomeOf({ outcome: 'refused', another: 'never' }), true],
    [outcomeOf({ outcome: 'outcome_unknown', another: 'never' }), false],
    [succeeded(), false],
  ])('of what came to %j may act under a key of its own: %s', async (outcome, mayAct) => {
    const subscription = webhookSubscription({ retry: { schedule_ms: [], jitter: 0 } });
    const storage = fakeStorage([subscription]);
    const event = storage.store();
    const first = storedDelivery(event);
    const seen: unknown[] = [];
    const delivery = simulatedDelivery(storage, ({ replay }) => {
      seen.push(replay);
      return outcome;
    });
    await delivery.once(first, subscription.id);
    await delivery.once(storedDelivery(event, { replay_of: first.delivery }), subscription.id);
    expect(seen).toEqual([null, { mayAct }]);
  });
});

describe('a target', () => {
  test('that is gone takes its subscription out of use', async () => {
    const subscription = webhookSubscription();
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => failed({ another: 'gone', status: 410 }));
    await delivery.toTheEnd(storedDelivery(storage.store()), subscription.id);
    expect(storage.kept.get(subscription.id)?.state).toMatchObject({
      value: 'disabled',
      reason: expect.stringContaining('410'),
    });
    expect(delivery.announced).toEqual(['disabled']);
    expect(delivery.audited).toContain('disabled');
  });

  test('that fails too often pauses its subscription with an alert; one success in between and it does not', async () => {
    const subscription = webhookSubscription({ retry: { schedule_ms: [], jitter: 0 } });
    const storage = fakeStorage([subscription]);
    const rule = { failures: 3, failingForMs: 1e12 };
    const delivery = simulatedDelivery(storage, () => (delivery.attempts.length === 3 ? succeeded() : failed()), {
      rule,
    });
    for (let i = 0; i < 5; i++) await delivery.toTheEnd(storedDelivery(storage.store()), subscription.id);
    expect(storage.kept.get(subscription.id)?.state.value).toBe('active');
    await delivery.toTheEnd(storedDelivery(storage.store()), subscription.id);
    expect(storage.kept.get(subscription.id)?.state).toMatchObject({
      value: 'paused',
      reason: '3 attempts in a row failed',
    });
    expect(delivery.announced).toEqual(['paused']);
    expect(delivery.reported).toContain('a webhook subscription was paused');
    expect(delivery.audited).toContain('paused');
    expect(storage.failing.size).toBe(0);
  });

  test('that fails for three days pauses its subscription, also across the end of a process', async () => {
    const subscription = webhookSubscription({ retry: { schedule_ms: [...defaultRetrySchedule], jitter: 0 } });
    const storage = fakeStorage([subscription]);
    const rule = { failures: 1_000, failingForMs: 60 * hour };
    const before = simulatedDelivery(storage, () => failed(), { rule });
    await before.once(storedDelivery(storage.store()), subscription.id);
    const after = simulatedDelivery(storage, () => failed(), { rule });
    after.clock.now += 30 * hour;
    await after.toTheEnd(storedDelivery(storage.store()), subscription.id);
    expect(storage.kept.get(subscription.id)?.state).toMatchObject({
      value: 'paused',
      reason: 'every attempt since 2026-11-29T12:00:00.000Z failed',
    });
  });
});

describe('a subscription for one delivery', () => {
  test('goes with its first success, keys and all that waits', async () => {
    const subscription = webhookSubscription({ once: true });
    const storage = fakeStorage([subscription]);
    const delivery = simulatedDelivery(storage, () => succeeded());
    await delivery.once(storedDelivery(storage.store()), subscription.id);
    expect(storage.kept.size).toBe(0);
    expect(storage.purged).toEqual([subscription.id]);
    expect(await delivery.once(storedDelivery(storage.store()), subscription.id)).toEqual({ done: true });
    expect(delivery.attempts).toHaveLength(1);
  });

  test('goes also when the process that delivered it ended before it could take it away', async () => {
    const subscription = webhookSubscription({ once: true });
    const storage = fakeStorage([subscription]);
    const remove = storage.ports.subscriptions.remove;
    storage.ports.subscriptions.remove = async () => {
      throw new PatchbayError('overloaded');
    };
    const delivery = simulatedDelivery(storage, () => succeeded());
    const stored = storedDelivery(storage.store());
    await delivery.once(stored, subscription.id);
    expect(storage.kept.size).toBe(1);
    storage.ports.subscriptions.remove = remove;
    await delivery.once(stored, subscription.id);
    expect(storage.kept.size).toBe(0);
    expect(delivery.attempts).toHaveLength(1);
  });
});
