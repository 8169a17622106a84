import { describe, expect, test } from 'vitest';
import { Throttle } from './throttle.ts';

/** Numbers that look random, the same each time. */
function numbers(): () => number {
  let state = 7;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Callers who ask `asked` times a second, of executors that carry out `capacity` of what reaches them each second. */
function crowd() {
  const throttle = new Throttle(numbers());
  let now = 0;
  return {
    throttle,
    second({ asked, capacity }: { asked: number; capacity: number }) {
      let room = 0;
      let sent = 0;
      let done = 0;
      for (let i = 0; i < asked; i++) {
        now += 1_000 / asked;
        room = Math.min(capacity / 50, room + capacity / asked);
        if (!throttle.mayCall(now)) continue;
        sent += 1;
        if (room >= 1) {
          room -= 1;
          done += 1;
          throttle.letIn(now);
        } else throttle.turnedAway(now, 70);
      }
      return { sent, done };
    },
  };
}

describe('a crowd that asks three times what there is', () => {
  test('sends little more than can be carried out, and all that can be is', () => {
    const { second, throttle } = crowd();
    for (let warm = 0; warm < 5; warm++) second({ asked: 3_000, capacity: 1_000 });
    const { sent, done } = second({ asked: 3_000, capacity: 1_000 });
    expect(sent).toBeLessThan(1_350);
    expect(sent).toBeGreaterThan(1_100);
    expect(done).toBeGreaterThan(950);
    expect(throttle.retryAfterMs).toBe(70);
  });

  test('finds out within seconds that there is more', () => {
    const { second } = crowd();
    for (let warm = 0; warm < 5; warm++) second({ asked: 3_000, capacity: 1_000 });
    for (let more = 0; more < 15; more++) second({ asked: 3_000, capacity: 4_000 });
    expect(second({ asked: 3_000, capacity: 4_000 })).toEqual({ sent: 3_000, done: 3_000 });
  });
});

test('a crowd that fits is not held back', () => {
  const { second } = crowd();
  for (let i = 0; i < 5; i++) expect(second({ asked: 900, capacity: 1_000 })).toEqual({ sent: 900, done: 900 });
});

test('a few refusals hold nobody back, and what was long ago is forgotten', () => {
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 19; i++) throttle.turnedAway(i, null);
  expect(throttle.mayCall(20)).toBe(true);
  throttle.turnedAway(20, null);
  expect(throttle.mayCall(21)).toBe(false);
  expect(throttle.retryAfterMs).toBeNull();
  expect(throttle.mayCall(2_101)).toBe(true);
});
