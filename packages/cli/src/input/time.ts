import { UsageError } from '../failures.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A time as RFC 3339 text: one written so (a date alone is its start in UTC), or so long ago, such as `15m`, `2h`, `3d`.
 * @throws UsageError
 */
export function parseTime(option: string, text: string, nowMs: number): string {
  const ago = /^(\d{1,6})([smhdw])$/.exec(text);
  if (ago !== null)
    return new Date(Math.max(0, nowMs - Number(ago[1]) * (unitMs[ago[2] as string] as number))).toISOString();
  const stamp = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(stamp)) return new Date(stamp).toISOString();
  throw new UsageError(
    `${option} takes a time such as 2026-03-02T20:00:00Z, or how long ago, such as 15m, 2h, 3d; not '${text}'.`,
  );
}

/** A span such as `30s`, `2h` or `0`, in milliseconds. @throws UsageError */
export function parseSpan(option: string, text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(text) ?? [];
  if (number !== undefined && (unit !== 's' || text.endsWith('s') || number === '0'))
    return Number(number) * (unitMs[unit] as number);
  throw new UsageError(`${option} takes a time such as 30s, 15m, 2h or 1d, or 0; not '${text}'.`);
}
