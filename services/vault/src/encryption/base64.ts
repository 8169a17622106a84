/**
 * The bytes in base64 text, or null when it is not exactly what encoding them gives: Node skips what it does not know and
 * drops spare bits, so that a changed text could still read as the same bytes.
 */
export function base64Bytes(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
