const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const endOf9999 = 253_402_300_799_999;

/** Unix milliseconds of an RFC 3339 time between 1970 and 9999, else null. Finer digits are cut. */
export function epochMsOf(time: string): number | null {
  if (!rfc3339.test(time)) return null;
  const ms = Date.parse(time);
  return isEpochMs(ms) ? ms : null;
}

/** Whether a number is a time that the audit store keeps: whole milliseconds from 1970 to 9999. */
export function isEpochMs(ms: number): boolean {
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= endOf9999;
}
