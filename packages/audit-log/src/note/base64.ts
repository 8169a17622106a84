/** The bytes of standard Base64 in its one canonical form; null for anything else, so that no text has two spellings. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
