import type { ExecutionResult } from '@patchbay/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PendingAnswers } from './pending-answers.ts';
import { keyOf, sessionOf } from './voice-keys.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limits = { keepMs: 1_000, maxKept: 2, maxBytes: 10_000 };
const came = (output: unknown) => ({ output }) as ExecutionResult;

/** A call that somebody was told to come again for, and that has ended since. */
async function late(pending: PendingAnswers, key: string, output: unknown): Promise<void> {
  const result = Promise.withResolvers<ExecutionResult>();
  void pending.take(key, () => result.promise);
  pending.keep(key);
  result.resolve(came(output));
  await vi.advanceTimersByTimeAsync(0);
}
const never = () => Promise.reject(new Error('begun again'));

describe('pending answers', () => {
  test('of a call under way are shared, and gone with its end unless somebody waits', async () => {
    const pending = new PendingAnswers(limits);
    const result = Promise.withResolvers<ExecutionResult>();
    const first = pending.take('a', () => result.promise);
    expect(pending.take('a', never)).toBe(first);
    result.resolve(came(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(pending.size).toBe(0);
  });

  test('that are late are given once, and not for long', async () => {
    const pending = new PendingAnswers(limits);
    await late(pending, 'a', 1);
    expect(await pending.take('a', never)).toEqual(came(1));
    expect(pending.size).toBe(0);
    await late(pending, 'a', 2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pending.size).toBe(0);
  });

  test('that are late are so many at most, and so large', async () => {
    const pending = new PendingAnswers(limits);
    for (const key of ['a', 'b', 'c']) await late(pending, key, key);
    expect(pending.size).toBe(2);
    expect(await pending.take('c', never)).toEqual(came('c'));
    await late(pending, 'd', 'x'.repeat(9_995));
    expect(pending.size).toBe(0);
    await late(pending, 'e', 1);
    expect(pending.size).toBe(1);
    pending.close();
    expect(pending.size).toBe(0);
  });

  test('of a call that broke are not held', async () => {
    const pending = new PendingAnswers(limits);
    await expect(pending.take('a', never)).rejects.toThrow('begun again');
    expect(pending.size).toBe(0);
  });
});

test('keys and sessions fit what the executor takes, and stay apart', () => {
  const long = 'x'.repeat(400);
  expect(sessionOf('call-1')).toBe('call-1');
  expect(sessionOf(long).length).toBeLessThanOrEqual(128);
  expect(keyOf('vapi', 's', long).length).toBeLessThanOrEqual(180);
  expect(
    new Set([
      keyOf('vapi', 's', 'c'),
      keyOf('retell', 's', 'c'),
      keyOf('vapi', null, 'c'),
      keyOf('vapi', 's', `${long}1`),
      keyOf('vapi', 's', long),
    ]).size,
  ).toBe(5);
});
