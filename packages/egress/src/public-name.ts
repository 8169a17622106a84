/** Top-level names that never belong to the public DNS, or that networks use for their insides. */
const reservedSuffixes = new Set([
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'arpa',
  'onion',
  'alt',
  'test',
  'invalid',
  'consul',
  'svc',
  'cluster',
]);

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Whether a host name, in lower case and punycode, can be a public one: at least two labels of letters, digits and
 * hyphens (RFC 1123, at most 63 and 253 characters), the last of which is not reserved. A trailing dot is refused.
 */
export function isPublicName(name: string): boolean {
  if (name.length > 253) return false;
  const labels = name.split('.');
  return labels.length >= 2 && labels.every((part) => label.test(part)) && !reservedSuffixes.has(labels.at(-1) ?? '');
}
