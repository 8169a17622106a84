import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineWatch } from './deadline-watch.ts';

describe('DeadlineWatch', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('passes on results and failures that come in time', async () => {
    const watch = new DeadlineWatch(() => Date.now());
    await expect(watch.guard(Promise.resolve(1), Date.now() + 50, () => 2)).resolves.toBe(1);
    await expect(watch.guard(Promise.reject(new Error('no')), Date.now() + 50, () => 2)).rejects.toThrow('no');
    watch.close();
  });

  it('answers within 50 ms of the deadline for work that never ends, and lets the interval rest when idle', async () => {
    const watch = new DeadlineWatch(() => Date.now());
    const answers: string[] = [];
    for (const ms of [20, 100])
      void watch
        .guard(new Promise<string>(() => {}), Date.now() + ms, () => `late ${ms}`)
        .then((text) => answers.push(text));
    await vi.advanceTimersByTimeAsync(20 + 49);
    expect(answers).toEqual(['late 20']);
    await vi.advanceTimersByTimeAsync(80);
    expect(answers).toEqual(['late 20', 'late 100']);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(vi.getTimerCount()).toBe(0);
    void watch.guard(new Promise<string>(() => {}), Date.now(), () => 'again').then((text) => answers.push(text));
    await vi.advanceTimersByTimeAsync(49);
    expect(answers).toContain('again');
    watch.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
