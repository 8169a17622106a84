import type { EventEmitter } from 'node:events';

/** A terminal's Ctrl-C reaches us twice when npm passes it on: within this time a second signal is the first one's echo. */
const echoMs = 500;

/** Resolves at the first signal. A second one, unless it is the first one's echo, ends the process at once. */
export function untilInterrupted(
  signals: Pick<EventEmitter, 'on'> = process,
  end: (exitCode: number) => void = process.exit,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let first: number | null = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    signals.on(signal, () => {
      first ??= performance.now();
      if (performance.now() - first > echoMs) end(130);
      resolve();
    });
  }
  return promise;
}
