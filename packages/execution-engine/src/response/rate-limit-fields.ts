type Headers = Readonly<Record<string, string | string[]>>;

/** Longest wait believed, in milliseconds: an hour. */
const maxWaitMs = 3_600_000;

/** What an answer says about the caller's share of the upstream. */
export interface RateLimitReading {
  /** Requests left, or null when that is not said. */
  readonly remaining: number | null;
  /** Milliseconds until there are more, at most an hour, or null when that is not said. */
  readonly resetMs: number | null;
  /** The limit has a name of its own, such as GitHub's `search`: what it says need not hold for the rest of the host. */
  readonly named: boolean;
}

/** Header families in order of trust: the drafts before RateLimit became one field, then what vendors made of them. */
const families = ['ratelimit-', 'x-ratelimit-', 'x-rate-limit-'] as const;
const buckets = ['x-ratelimit-resource', 'x-ratelimit-bucket'] as const;

/**
 * Reads both generations of rate limit fields: `RateLimit: "default";r=0;t=30` (draft-ietf-httpapi-ratelimit-headers-10,
 * with the window of `RateLimit-Policy` where `t` is missing; and draft 7's `limit=10, remaining=0, reset=30`), then
 * `RateLimit-Remaining` and `-Reset` of the older drafts, `X-RateLimit-*` and `X-Rate-Limit-*`. A reset is seconds from now,
 * a Unix time in seconds or milliseconds, or a date. What cannot be read is ignored; null when nothing could.
 */
export function readRateLimit(headers: Headers, answeredAt: number): RateLimitReading | null {
  const one = headers.ratelimit === undefined ? null : readOneField(headers);
  if (one !== null) return one;
  for (const family of families) {
    const remaining = wholeNumber(firstOf(headers[`${family}remaining`]));
    const after = seconds(firstOf(headers[`${family}reset-after`]));
    const resetMs = after ?? resetFrom(firstOf(headers[`${family}reset`]), answeredAt);
    if (remaining === null && resetMs === null) continue;
    const named = buckets.some((name) => isNamed(firstOf(headers[name])));
    return { remaining, resetMs, named };
  }
  return null;
}

/** The first line of a field, or null. */
export function firstOf(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text.trim();
}

/** Between 0 and an hour. */
export function boundedMs(ms: number): number {
  return Math.min(maxWaitMs, Math.max(0, Math.round(ms)));
}

/** GitHub calls its general limit `core`; any other name is a narrower one. */
function isNamed(bucket: string | null): boolean {
  return bucket !== null && bucket !== 'core';
}

/** `RateLimit` as one field, of either draft. Of several limits the one with the fewest left counts; of equals, the longest. */
function readOneField(headers: Headers): RateLimitReading | null {
  const text = joined(headers.ratelimit);
  const old = /^\s*limit\s*=\s*\d/.test(text) ? readDictionary(text) : null;
  if (old !== null) return old;
  const items = parseItems(text);
  if (items === null) return null;
  const windows = new Map((parseItems(joined(headers['ratelimit-policy'])) ?? []).map((item) => [item.name, item.w]));
  let found: RateLimitReading | null = null;
  for (const { name, r, t } of items) {
    const resetS = t ?? windows.get(name) ?? null;
    const reading = {
      remaining: r ?? null,
      resetMs: resetS === null ? null : boundedMs(resetS * 1_000),
      named: false,
    };
    if (found === null || isTighter(reading, found)) found = reading;
  }
  return found;
}

function isTighter(a: RateLimitReading, b: RateLimitReading): boolean {
  const [left, right] = [a.remaining ?? Number.POSITIVE_INFINITY, b.remaining ?? Number.POSITIVE_INFINITY];
  return left === right ? (a.resetMs ?? 0) > (b.resetMs ?? 0) : left < right;
}

interface Item {
  readonly name: string;
  readonly r?: number;
  readonly t?: number;
  readonly w?: number;
}

/** A structured field list of strings or tokens with whole-numbered parameters (RFC 9651); null when it is not one. */
function parseItems(text: string): Item[] | null {
  const items: Item[] = [];
  for (const part of text.match(/(?:"[^"]*"|[^",])+/g) ?? []) {
    const match = /^\s*("[^"]*"|[A-Za-z*][\w:/.*-]*)\s*((?:;[^;]*)*)$/.exec(part);
    if (match === null) return null;
    const item: Record<string, unknown> = { name: match[1] };
    for (const parameter of (match[2] as string).split(';').slice(1)) {
      const [key, value] = parameter.trim().split('=');
      if (key !== 'r' && key !== 't' && key !== 'w') continue;
      const number = wholeNumber(value ?? null);
      if (number === null) return null;
      item[key] = number;
    }
    items.push(item as unknown as Item);
  }
  return items.length === 0 ? null : items;
}

function readDictionary(text: string): RateLimitReading | null {
  const field = (name: string) => wholeNumber(new RegExp(`(?:^|,)\\s*${name}\\s*=\\s*(\\d+)`).exec(text)?.[1] ?? null);
  const [remaining, reset] = [field('remaining'), field('reset')];
  if (remaining === null || reset === null) return null;
  return { remaining, resetMs: boundedMs(reset * 1_000), named: false };
}

function joined(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function seconds(text: string | null): number | null {
  return text !== null && /^\d{1,9}(?:\.\d+)?$/.test(text) ? boundedMs(Number(text) * 1_000) : null;
}

/** Milliseconds from `answeredAt` (Unix milliseconds) to a reset in any of the forms in use. */
function resetFrom(text: string | null, answeredAt: number): number | null {
  if (text === null) return null;
  if (/^\d{1,14}(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    // Nobody asks to wait for 30 years: such a number is a moment, in seconds or in milliseconds.
    if (number < 1e9) return boundedMs(number * 1_000);
    return boundedMs((number < 1e11 ? number * 1_000 : number) - answeredAt);
  }
  return /^\d{4}-\d\d-\d\dT|^[A-Z][a-z]{2,8},? /.test(text) ? untilDate(text, answeredAt) : null;
}

/** Milliseconds from `answeredAt` to a date, or null when it is none. */
export function untilDate(text: string, answeredAt: number): number | null {
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : boundedMs(date - answeredAt);
}
