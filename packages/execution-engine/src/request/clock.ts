/** Forms of the time at which an execution began, by their name in `x-from`. */
const forms = {
  'clock.now': (ms: number): string => new Date(ms).toISOString(),
  'clock.date': (ms: number): string => new Date(ms).toISOString().slice(0, 10),
  'clock.unix': (ms: number): number => Math.floor(ms / 1_000),
  'clock.unix_ms': (ms: number): number => Math.floor(ms),
} as const;
export type ClockForm = keyof typeof forms;

export function isClockForm(text: string): text is ClockForm {
  return Object.hasOwn(forms, text);
}

/** RFC 3339 in UTC, a date in UTC, Unix seconds or Unix milliseconds. `ms`: Unix milliseconds. */
export function clockValue(form: ClockForm, ms: number): string | number {
  return forms[form](ms);
}
