/** Something that is done again and again. */
export interface Repeated {
  /** There may be something to do now. */
  wake(): void;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * Does work until it is stopped, one run at a time: at once again while it says that there may be more, else after a while.
 * @param idleMs milliseconds, also after a failure.
 */
export function repeatedly(
  work: () => Promise<unknown>,
  { idleMs, onError }: { readonly idleMs: number; readonly onError: (error: unknown) => void },
): Repeated {
  let stopped = false;
  let wake = () => {};
  const idle = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, idleMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const running = (async () => {
    while (!stopped) {
      let more = false;
      try {
        more = (await work()) === true;
      } catch (error) {
        onError(error);
      }
      if (!more && !stopped) await idle();
    }
  })();
  return {
    wake: () => wake(),
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
