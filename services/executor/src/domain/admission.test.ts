import { describe, expect, test } from 'vitest';
import { Admission, type Lane, type Place, tickMs } from './admission.ts';
import { capacity, type SourceResult, simulate } from './saturated-process.test-support.ts';

function admissionOf(maxInFlight: number, weightOf?: (tenant: string) => number): Admission {
  return new Admission({ maxInFlight, now: 0, ...(weightOf && { weightOf }) });
}

/** An execution that no upstream took time for. */
const own = (ownMs: number) => ({ ownMs, totalMs: ownMs });

/** Enters until refused; the places given. */
function fill(admission: Admission, tenant: string, lane: Lane = 'live', now = 0): Place[] {
  const places: Place[] = [];
  for (;;) {
    const place = admission.enter(tenant, lane, now);
    if (place === null) return places;
    places.push(place);
  }
}

describe('a process with room for 100', () => {
  test('gives a tenant alone nearly all of it', () => {
    const admission = admissionOf(100);
    expect(fill(admission, 'a')).toHaveLength(90);
    expect(admission.inFlight).toBe(90);
  });

  test('lets another tenant in at once, up to its share, and never more than there is room for', () => {
    const admission = admissionOf(100);
    fill(admission, 'noisy');
    expect(fill(admission, 'quiet')).toHaveLength(10);
    expect(admission.inFlight).toBe(100);
  });

  test('gives what a tenant over its share frees to those under theirs', () => {
    const admission = admissionOf(100);
    const noisy = fill(admission, 'noisy');
    fill(admission, 'quiet');
    for (const place of noisy.splice(0, 20)) place.leave(null);
    expect(fill(admission, 'noisy')).toHaveLength(10);
    expect(fill(admission, 'quiet')).toHaveLength(10);
  });

  test('shares by weight', () => {
    const admission = admissionOf(100, (tenant) => (tenant === 'big' ? 3 : 1));
    const first = fill(admission, 'small');
    // The share of 'big' is 75; 'small' gives way as its executions end.
    for (const place of first.splice(0, 70)) place.leave(null);
    expect(fill(admission, 'big')).toHaveLength(75);
    expect(fill(admission, 'small')).toHaveLength(5);
  });

  test('forgets a tenant whose work has ended', () => {
    const admission = admissionOf(100);
    for (const place of fill(admission, 'gone')) place.leave(own(1));
    expect(admission.inFlight).toBe(0);
    expect(fill(admission, 'a')).toHaveLength(90);
  });

  test('gives background work half when nothing else goes on, and a tenth beside live calls', () => {
    const admission = admissionOf(100);
    const background = fill(admission, 'a', 'background');
    expect(background).toHaveLength(50);
    for (const place of background) place.leave(null);
    const live = admission.enter('a', 'live', 0);
    expect(fill(admission, 'a', 'background')).toHaveLength(10);
    live?.leave(null);
    expect(admission.enter('b', 'background', 500)).toBeNull();
    expect(admission.enter('b', 'background', 2_000)).not.toBeNull();
  });

  test('background work of any number of tenants leaves live calls their room', () => {
    const admission = admissionOf(100);
    for (let i = 0; i < 50; i++) fill(admission, `t${i}`, 'background');
    expect(admission.inFlight).toBe(50);
    // Forty as any call, then up to the share that one of two has.
    expect(fill(admission, 'caller').length).toBeGreaterThanOrEqual(40);
  });

  test('takes one even when one is all there is room for', () => {
    const admission = admissionOf(1);
    expect(fill(admission, 'a')).toHaveLength(1);
    expect(admission.enter('b', 'live', 0)).toBeNull();
  });
});

describe('the advice to come back', () => {
  test('is longer the more are refused, and bounded', () => {
    const admission = admissionOf(10);
    expect(admission.retryAfterMs).toBe(50);
    fill(admission, 'a');
    for (let i = 0; i < 30; i++) admission.countRefusal();
    admission.tick(600);
    expect(admission.retryAfterMs).toBeGreaterThan(50);
    for (let i = 0; i < 10_000; i++) admission.countRefusal();
    admission.tick(1_200);
    expect(admission.retryAfterMs).toBe(1_000);
  });
});

describe('the learnt limit', () => {
  /** One window in which `count` executions of two tenants each spent so long here. */
  function window(admission: Admission, at: number, count: number, ownMs: number): void {
    const places = Array.from({ length: count }, (_, i) => admission.enter(i % 2 ? 'a' : 'b', 'live', at));
    for (const place of places) place?.leave(own(ownMs));
    admission.tick(at + tickMs);
  }

  /** Work queues here until the limit has fallen, and nobody is refused. */
  function slow(admission: Admission): void {
    for (let i = 0; i < 60; i++) window(admission, i * tickMs, Math.floor(admission.limit * 0.85), 500);
    expect(admission.limit).toBeLessThan(40);
  }

  test('falls when work queues here, and comes back when it does not', () => {
    const admission = admissionOf(1_000);
    for (let i = 0; i < 5; i++) window(admission, i * tickMs, 20, 1);
    for (let i = 5; i < 10; i++) window(admission, i * tickMs, 200, 40);
    expect(admission.limit).toBeLessThan(200);
    const fallen = admission.limit;
    for (let i = 10; i < 400; i++) window(admission, i * tickMs, 1_000, 1);
    expect(admission.limit).toBeGreaterThan(3 * fallen);
  });

  test('does not fall for so few executions that they cannot be the cause', () => {
    const admission = admissionOf(1_000);
    for (let i = 0; i < 50; i++) window(admission, i * tickMs, 20, 500);
    expect(admission.limit).toBe(1_000);
  });

  test('keeps as many under way as leave 16 in its own hands, whatever upstreams take', () => {
    const admission = admissionOf(1_000);
    for (let i = 0; i < 5; i++) window(admission, i * tickMs, 20, 1);
    for (let i = 5; i < 60; i++) {
      const places = Array.from({ length: 300 }, (_, n) => admission.enter(n % 2 ? 'a' : 'b', 'live', i * tickMs));
      for (const place of places) place?.leave({ ownMs: 40, totalMs: 200 });
      admission.tick((i + 1) * tickMs);
    }
    expect(admission.limit).toBe(80);
  });

  test('goes up to that when it was learnt with quicker upstreams', () => {
    const admission = admissionOf(1_000);
    slow(admission);
    for (let i = 60; i < 200; i++) {
      const length = Math.floor(admission.limit * 0.85);
      const places = Array.from({ length }, (_, n) => admission.enter(n % 2 ? 'a' : 'b', 'live', i * tickMs));
      for (const place of places) place?.leave({ ownMs: 40, totalMs: 400 });
      admission.tick((i + 1) * tickMs);
    }
    expect(admission.limit).toBe(160);
  });

  test('puts up with what everything takes long for on a quiet day, as over a far NATS', () => {
    const admission = admissionOf(1_000);
    for (let i = 0; i < 10; i++) window(admission, i * tickMs, 20, 15);
    for (let i = 10; i < 50; i++) window(admission, i * tickMs, 200, 29);
    expect(admission.limit).toBe(1_000);
    for (let i = 50; i < 60; i++) window(admission, i * tickMs, 200, 60);
    expect(admission.limit).toBeLessThan(200);
  });

  test('goes by the lateness of the process when no execution ends', () => {
    const admission = admissionOf(1_000);
    fill(admission, 'a');
    admission.enter('b', 'live', 0);
    for (let at = tickMs; at <= 1_000; at += tickMs) admission.tick(at);
    expect(admission.limit).toBe(1_000);
    for (let at = 1_200; at <= 3_000; at += 2 * tickMs) admission.tick(at);
    expect(admission.limit).toBeLessThan(900);
  });

  test('holds a tenant alone to no less than 128, with a tenth left over', () => {
    const admission = admissionOf(1_000);
    slow(admission);
    expect(fill(admission, 'a')).toHaveLength(116);
  });

  test('holds a tenant alone to 32 when too much goes on coming, until it has stopped', () => {
    const admission = admissionOf(1_000);
    slow(admission);
    const flood = (windows: number) => {
      for (let i = 0; i < windows; i++) {
        const places = fill(admission, 'a');
        for (const place of places) place.leave(own(500));
        admission.tick(10_000 + i * tickMs);
      }
      const places = fill(admission, 'a');
      for (const place of places) place.leave(null);
      return places.length;
    };
    expect(flood(8)).toBe(116);
    expect(flood(60)).toBe(29);
    for (let i = 0; i < 100; i++) {
      for (let calls = 0; calls < 20; calls++) admission.enter('a', 'live', 0)?.leave(own(500));
      admission.tick(20_000 + i * tickMs);
    }
    expect(fill(admission, 'a')).toHaveLength(116);
  });
});

describe('a saturated process, simulated', () => {
  const simulatedMs = 12_000;
  const only = (results: Map<string, SourceResult>, key = 'a') => results.get(key) as SourceResult;
  const unloaded = only(simulate([{ tenant: 'a', perMs: 0.1 * capacity }], simulatedMs));
  const peak = only(simulate([{ tenant: 'a', perMs: capacity }], simulatedMs)).answered;

  test.each([2, 3, 5])(
    'at %i times what it can do goes on doing 90 % of its best, at most twice as slow, and refuses quickly (F4)',
    (factor) => {
      const loaded = only(simulate([{ tenant: 'a', perMs: factor * capacity }], simulatedMs));
      expect(loaded.answered).toBeGreaterThan(0.9 * peak);
      expect(loaded.p99).toBeLessThan(2 * unloaded.p99);
      expect(loaded.refusalP99).toBeLessThan(10);
      expect(loaded.refused).toBeGreaterThan(0);
    },
  );

  test('below what it can do refuses nobody', () => {
    expect(only(simulate([{ tenant: 'a', perMs: 0.9 * capacity }], simulatedMs)).refused).toBe(0);
  });

  test.each([1, 3, 5])(
    'with a tenant that sends %i times all it can do, another one notices less than a fifth (F33)',
    (factor) => {
      const quiet = { tenant: 'quiet', perMs: 0.2 };
      const alone = only(simulate([quiet], simulatedMs), 'quiet');
      const beside = only(simulate([quiet, { tenant: 'noisy', perMs: factor * capacity }], simulatedMs), 'quiet');
      expect(beside.refused).toBe(0);
      expect(beside.p99).toBeLessThan(1.2 * alone.p99);
    },
  );

  test('with background work three times all it can do keeps 90 % of the live calls, in time', () => {
    const live = { tenant: 'a', perMs: 0.9 * capacity };
    const beside = simulate([live, { tenant: 'a', lane: 'background', perMs: 3 * capacity }], simulatedMs);
    const { answered, refused, p99 } = only(beside);
    expect(answered / (answered + refused)).toBeGreaterThan(0.9);
    expect(p99).toBeLessThan(2 * unloaded.p99);
    expect(only(beside, 'a background').answered).toBeGreaterThan(0);
  });
});
