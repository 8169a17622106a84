import { boundedMs, firstOf, readRateLimit, untilDate } from './rate-limit-fields.ts';

type Headers = Readonly<Record<string, string | string[]>>;

/** The three date forms of RFC 9110 section 5.6.7; Date.parse alone would take almost anything. */
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * Milliseconds that a refusal asks to wait, at most an hour, or `null`. `Retry-After` comes first (RFC 9110 section 10.2.3:
 * seconds or a date, the date measured against the response's own `Date` so that clocks need not agree; some vendors say
 * milliseconds, in `Retry-After-Ms`), then the rate limit fields of either generation. What cannot be read is ignored.
 */
export function retryAfterMs(headers: Headers, wallClockMs: number): number | null {
  const precise = firstOf(headers['retry-after-ms']);
  if (precise !== null && /^\d{1,9}(?:\.\d+)?$/.test(precise)) return boundedMs(Number(precise));
  const retryAfter = firstOf(headers['retry-after']);
  if (retryAfter !== null) {
    if (/^\d{1,9}(?:\.\d+)?$/.test(retryAfter)) return boundedMs(Number(retryAfter) * 1_000);
    const wait = httpDate.test(retryAfter) ? untilDate(retryAfter, answeredAt(headers, wallClockMs)) : null;
    if (wait !== null) return wait;
  }
  return readRateLimit(headers, answeredAt(headers, wallClockMs))?.resetMs ?? null;
}

/** When an answer, whatever its status, says that nothing is left: how long for, and whether only under a named limit. */
export function exhaustion(headers: Headers, wallClockMs: number): { waitMs: number; named: boolean } | null {
  const reading = readRateLimit(headers, answeredAt(headers, wallClockMs));
  if (reading === null || reading.remaining !== 0 || !reading.resetMs) return null;
  return { waitMs: reading.resetMs, named: reading.named };
}

function answeredAt(headers: Headers, wallClockMs: number): number {
  return Date.parse(firstOf(headers.date) ?? '') || wallClockMs;
}
