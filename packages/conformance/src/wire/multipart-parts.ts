/** One part of a multipart body. */
export interface Part {
  readonly name: string;
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly text: string;
}

/** The parts of a multipart/form-data body (RFC 7578), in their order. */
export function readParts(body: Uint8Array | string, contentType: string): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('latin1');
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((section) => {
      const end = section.indexOf('\r\n\r\n');
      const head = section.slice(0, end);
      return {
        name: /[; ]name="([^"]*)"/i.exec(head)?.[1] ?? '',
        filename: /filename="([^"]*)"/i.exec(head)?.[1] ?? null,
        contentType: /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? null,
        text: Buffer.from(section.slice(end + 4).replace(/\r\n$/, ''), 'latin1').toString('utf8'),
      };
    });
}
