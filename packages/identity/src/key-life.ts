import type { ApiKey } from '@patchbay/contracts';

type Life = Pick<ApiKey, 'expires_at' | 'revoked_at'>;

/** When the key ends, in Unix milliseconds; infinity for one that does not. */
export function endOfKey({ expires_at, revoked_at }: Life): number {
  const ends = [expires_at, revoked_at].flatMap((time) => (time === null ? [] : [Date.parse(time)]));
  return Math.min(Number.POSITIVE_INFINITY, ...ends);
}

/** Whether the key is taken at `nowMs`. */
export function isUsable(key: Life, nowMs: number): boolean {
  return key.revoked_at === null && nowMs < endOfKey(key);
}
