import type { Report } from './operations/ports.ts';

/** Milliseconds between two looks at which webhooks end soon. */
const everyMs = 60_000;

/** Renews webhooks at vendors for as long as the process runs, one look after the other. */
export function wireRenewals(renewSources: () => Promise<void>, report: Report): { stop(): Promise<void> } {
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= renewSources()
      .catch((error: unknown) => report('error', 'webhooks at vendors could not be looked after', { err: error }))
      .finally(() => {
        looking = null;
      });
  }, everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
