/**
 * RFC 8785 of a JSON value: keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes them. What the RFC
 * refuses is not refused but written as `JSON.stringify` writes it, so that there is a digest of whatever a caller sends: lone
 * surrogates are escaped, and numbers beyond doubles are null.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
