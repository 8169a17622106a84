/** A text or a number of an answer as text; null for anything else, for blanks, and for what is longer than `max`. */
export function vendorText(value: unknown, max: number): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && /\S/.test(text) && text.length <= max ? text : null;
}
