/** `4.4 ms`, `125 ms`, `2.5 s`; a dash for what is not known. */
export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  if (value >= 10_000) return `${(value / 1_000).toFixed(1)} s`;
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}
