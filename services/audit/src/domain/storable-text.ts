/** Escapes of what PostgreSQL cannot keep in text: U+0000, and surrogates, which may be unpaired. */
const suspicious = /\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})/;

/** Whether JSON text may hold characters that `replaceUnstorable` would change. Cheap enough to ask of every message. */
export function mayHoldUnstorable(json: string): boolean {
  return suspicious.test(json);
}

/** Text with U+0000 and unpaired surrogates replaced by U+FFFD, which is how PostgreSQL can keep it. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/**
 * A copy of a JSON value in which every text and key is storable. Hiding an event by putting a character into it that
 * the database refuses must not work, so such characters are replaced and the event is kept.
 */
export function replaceUnstorable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(replaceUnstorable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), replaceUnstorable(item)]));
}
