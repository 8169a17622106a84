import { once } from 'node:events';

/** Fails with what had not happened after `ms`: the limit of a hook says only that it was reached. */
export async function within<T>(ms: number, what: () => string, waitedFor: Promise<T>): Promise<T> {
  const late = once(AbortSignal.timeout(ms), 'abort').then(() => {
    throw new Error(`${what()} within ${ms} ms`);
  });
  return Promise.race([waitedFor, late]);
}
