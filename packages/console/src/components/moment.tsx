const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `3 minutes ago`, `in 2 days`. */
function relativeTime(ms: number, nowMs: number = Date.now()): string {
  const gap = ms - nowMs;
  const [unit, size] = units.find(([, length]) => Math.abs(gap) >= length) ?? (['second', 1_000] as const);
  return relative.format(Math.round(gap / size), unit);
}

/** A time as people say it, with the whole of it for who points at it. */
export function Moment({ at, none = 'never' }: { readonly at: string | null | undefined; readonly none?: string }) {
  if (at === null || at === undefined) return <span className="muted">{none}</span>;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={absolute.format(ms)}>
      {relativeTime(ms)}
    </time>
  );
}
