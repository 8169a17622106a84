import { PatchbayError } from '@patchbay/contracts';

/**
 * The promise's value if it comes before the deadline and nobody cancels, else `deadline_exceeded` or `cancelled`.
 * `deadlineAt` is on the clock of `performance.now()`.
 */
export function beforeDeadline<T>(work: Promise<T>, deadlineAt: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => finish(() => reject(new PatchbayError('cancelled')));
    const timer = setTimeout(
      () =>
        finish(() =>
          reject(new PatchbayError('deadline_exceeded', { message: 'The deadline came before anything was sent.' })),
        ),
      Math.max(0, deadlineAt - performance.now()),
    );
    function finish(settle: () => void): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    }
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    work.then(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    );
  });
}

/** Resolves after `ms` milliseconds, or at once when the signal aborts: the caller looks at its own deadline next. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
