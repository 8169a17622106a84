import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CallProgress } from './call-progress.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function listening() {
  const told: [number, string][] = [];
  const progress = new CallProgress(async (...one) => void told.push(one));
  return { told, progress };
}

test('tells ten chunks at once, and then ten a second, each shortened', () => {
  const { told, progress } = listening();
  for (let i = 0; i < 100; i++) progress.chunk({ i });
  expect(told).toHaveLength(10);
  expect(told[1]).toEqual([2, '{"i":1}']);
  vi.advanceTimersByTime(300);
  for (let i = 0; i < 100; i++) progress.chunk('x'.repeat(1_000));
  expect(told).toHaveLength(13);
  expect(told.at(-1)?.[1]).toHaveLength(301);
  progress.close();
});

test('says that a silent call goes on, until it ends', () => {
  const { told, progress } = listening();
  vi.advanceTimersByTime(20_000);
  expect(told.map(([count]) => count)).toEqual([1, 2]);
  progress.close();
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(2);
});

test('is no concern of a call whose client has left', () => {
  const progress = new CallProgress(() => Promise.reject(new Error('closed')));
  progress.chunk('a');
  progress.close();
});
