/** RFC 9110 section 8.3.2: a parameter of the media type, quoted or not. */
const declared = /;\s*charset\s*=\s*"?([A-Za-z0-9._:+-]{1,40})"?/i;
const xmlType = /^[^;]*[/+]xml\b/i;
/** XML 1.0 section 2.8; where nothing else tells, it says in ASCII what the rest is (RFC 7303 section 3). */
const xmlDeclaration = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:+-]{1,40})["']/;
const utf8Names = new Set(['utf-8', 'utf8']);

/** The charset of a body that is not UTF-8, in lower case; `null` for UTF-8, which is what no declaration means. */
export function charsetOf(body: Uint8Array, contentType: string | null): string | null {
  if (contentType === null) return null;
  let name = declared.exec(contentType)?.[1];
  if (name === undefined && xmlType.test(contentType) && body[0] === 0x3c)
    name = xmlDeclaration.exec(Buffer.from(body.subarray(0, 200)).toString('latin1'))?.[1];
  const lower = name?.toLowerCase() ?? 'utf-8';
  return utf8Names.has(lower) ? null : lower;
}

/** The text in a charset of the WHATWG Encoding Standard; `null` where it is none, or the bytes are not valid in it. */
export function textIn(body: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return null;
  }
}
