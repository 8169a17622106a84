import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';

/** Deeper than this nothing is told: no policy reads so far. */
const maxDepth = 16;

/**
 * JSON as Cedar takes it, or undefined for what it has no word for. A whole number is a Long, any other a `decimal`, which
 * has four places: what does not fit is told as text, so that a comparison with it fails and counts as met.
 */
function cedarValue(value: unknown, depth = 0): CedarValueJson | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return cedarNumber(value);
  if (depth >= maxDepth || value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return value.flatMap((item) => cedarValue(item, depth + 1) ?? []);
  return cedarRecord(value as Record<string, unknown>, Object.keys(value), depth + 1);
}

/** Those of the keys that are there. A key that Cedar would read as an entity or an extension is never told. */
export function cedarRecord(
  record: Readonly<Record<string, unknown>>,
  keys: Iterable<string>,
  depth = 0,
): Record<string, CedarValueJson> {
  const told: Record<string, CedarValueJson> = {};
  for (const key of keys) {
    if (key.startsWith('__') || !Object.hasOwn(record, key)) continue;
    const value = cedarValue(record[key], depth);
    if (value !== undefined) told[key] = value;
  }
  return told;
}

function cedarNumber(value: number): CedarValueJson {
  if (Number.isSafeInteger(value)) return value;
  const text = String(value);
  return /^-?\d{1,14}\.\d{1,4}$/.test(text) ? { __extn: { fn: 'decimal', arg: text } } : text;
}
