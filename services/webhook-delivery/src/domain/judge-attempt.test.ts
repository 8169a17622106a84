import { describe, expect, test } from 'vitest';
import { type AttemptOutcome, judgeAttempt, judgeStatus } from './judge-attempt.ts';
import { systemPatienceMs } from './retry-schedule.ts';

const retry = { schedule_ms: [1_000, 60_000], jitter: 0 };
const standing = { attempts: 1, failuresOfOurs: 0, failingOfOursForMs: 0 };
const judged = (
  outcome: Partial<Pick<AttemptOutcome, 'outcome' | 'another' | 'retryAfterMs'>>,
  over: Partial<typeof standing> = {},
) =>
  judgeAttempt(
    { outcome: 'failed', another: 'again', retryAfterMs: null, ...outcome },
    { ...standing, ...over },
    retry,
    () => 0.5,
  );

describe('after an attempt', () => {
  test('a success ends the delivery', () => {
    expect(judged({ outcome: 'succeeded', another: 'never' })).toEqual({ kind: 'succeeded' });
  });

  test('a failure waits as the schedule says, or as long as the target asks, until it is used up', () => {
    expect(judged({})).toEqual({ kind: 'again', afterMs: 1_000, counted: true });
    expect(judged({ retryAfterMs: 5_000 })).toEqual({ kind: 'again', afterMs: 5_000, counted: true });
    expect(judged({}, { attempts: 2 })).toEqual({ kind: 'again', afterMs: 60_000, counted: true });
    expect(judged({ retryAfterMs: 5_000 }, { attempts: 3 })).toEqual({
      kind: 'dead',
      reason: 'exhausted',
      disable: false,
    });
  });

  test('what must not be repeated is given up at once', () => {
    expect(judged({ outcome: 'outcome_unknown', another: 'never' })).toEqual({
      kind: 'dead',
      reason: 'exhausted',
      disable: false,
    });
  });

  test('a target that is gone takes its subscription with it', () => {
    expect(judged({ another: 'gone' })).toEqual({ kind: 'dead', reason: 'exhausted', disable: true });
  });

  test('a failure of ours costs no attempt, and ends as one of ours', () => {
    const ours = { another: 'ours' } as const;
    expect(judged(ours, { attempts: 3, failuresOfOurs: 1 })).toEqual({ kind: 'again', afterMs: 1_000, counted: false });
    expect(judged({ ...ours, retryAfterMs: 9_000 }, { failuresOfOurs: 1 })).toMatchObject({ afterMs: 9_000 });
    expect(judged(ours, { failuresOfOurs: 500, failingOfOursForMs: systemPatienceMs })).toEqual({
      kind: 'dead',
      reason: 'system',
      disable: false,
    });
  });
});

test.each([
  [200, 'succeeded', 'never'],
  [204, 'succeeded', 'never'],
  [299, 'succeeded', 'never'],
  [199, 'failed', 'again'],
  [301, 'failed', 'again'],
  [307, 'failed', 'again'],
  [400, 'failed', 'again'],
  [404, 'failed', 'again'],
  [410, 'failed', 'gone'],
  [429, 'failed', 'again'],
  [503, 'failed', 'again'],
])('a target that answers %d: %s, %s', (status, outcome, another) => {
  expect(judgeStatus(status)).toEqual({ outcome, another });
});
