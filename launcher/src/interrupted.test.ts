import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { untilInterrupted } from './interrupted.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
  'the first %s is waited for, its echo changes nothing, and the next one ends',
  async (signal) => {
    const signals = new EventEmitter();
    const end = vi.fn();
    const interrupted = untilInterrupted(signals, end);
    signals.emit(signal);
    await interrupted;
    vi.advanceTimersByTime(400);
    signals.emit(signal);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    signals.emit(signal);
    expect(end).toHaveBeenCalledExactlyOnceWith(130);
  },
);
