/** A value as it stands in a URL, a header, a form or a template. Objects become JSON; null becomes the empty text. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
