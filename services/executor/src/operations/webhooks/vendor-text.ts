/** A text or a number of an answer as text; null for anything else, for blanks, and for what is longer than `max`. */
export function vendorText(value: unknown, max: number): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && /\S/.test(text) && text.length <= max ? text : null;
}

/** Unix seconds end, and milliseconds begin, somewhere here: in the year 5138, and in 1973. */
const firstMilliseconds = 1e11;

/** A point in time of an answer as RFC 3339 in UTC: of such a text, or of Unix seconds or milliseconds; null for anything else. */
export function vendorTime(value: unknown): string | null {
  const text = vendorText(value, 64);
  if (text === null) return null;
  const number = /^\d{9,15}$/.test(text) ? Number(text) : null;
  const ms = number === null ? Date.parse(text) : number < firstMilliseconds ? number * 1_000 : number;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
