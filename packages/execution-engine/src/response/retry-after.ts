type Headers = Readonly<Record<string, string | string[]>>;

/** Longest wait believed, in milliseconds: an hour. */
const maxWaitMs = 3_600_000;
/** The three date forms of RFC 9110 section 5.6.7; Date.parse alone would take almost anything. */
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * Milliseconds to wait before another try, or `null`. `Retry-After` comes first (RFC 9110 section 10.2.3: seconds or a
 * date, the date measured against the response's own `Date` so that clocks need not agree), then `RateLimit` (draft-ietf-
 * httpapi-ratelimit-headers: `"default";r=0;t=30`), then `RateLimit-Reset` and `X-RateLimit-Reset` (seconds from now, or
 * Unix seconds). What cannot be read is ignored.
 */
export function retryAfterMs(headers: Headers, wallClockMs: number): number | null {
  const retryAfter = first(headers['retry-after']);
  const answeredAt = Date.parse(first(headers.date) ?? '') || wallClockMs;
  if (retryAfter !== null) {
    if (/^\d{1,9}(?:\.\d+)?$/.test(retryAfter)) return bounded(Number(retryAfter) * 1_000);
    if (httpDate.test(retryAfter)) {
      const date = Date.parse(retryAfter);
      if (!Number.isNaN(date)) return bounded(date - answeredAt);
    }
  }
  const structured = /(?:^|;)\s*t=(\d{1,9})(?:;|$)/.exec(first(headers.ratelimit) ?? '')?.[1];
  if (structured !== undefined) return bounded(Number(structured) * 1_000);
  const reset = first(headers['ratelimit-reset']) ?? first(headers['x-ratelimit-reset']);
  if (reset === null || !/^\d{1,10}(?:\.\d+)?$/.test(reset)) return null;
  // Nobody asks to wait for 30 years: such a number is a moment.
  return bounded(Number(reset) > 1e9 ? Number(reset) * 1_000 - answeredAt : Number(reset) * 1_000);
}

function bounded(ms: number): number {
  return Math.min(maxWaitMs, Math.max(0, Math.round(ms)));
}

function first(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text.trim();
}
