import { MalformedText } from './query-string.ts';

export interface Part {
  readonly name: string;
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly content: Buffer;
}

const maxParts = 1_000;

/** Parts of a `multipart/form-data` body (RFC 7578). @throws MalformedText */
export function parseMultipart(body: Buffer, contentType: string): Part[] {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) throw new MalformedText('the content type names no boundary');
  const delimiter = Buffer.from(`--${mark}`, 'latin1');
  if (!body.subarray(0, delimiter.length).equals(delimiter))
    throw new MalformedText('the body does not begin with its boundary');
  const parts: Part[] = [];
  let at = delimiter.length;
  while (parts.length <= maxParts) {
    if (body.subarray(at, at + 2).toString('latin1') === '--') return parts;
    if (body.subarray(at, at + 2).toString('latin1') !== '\r\n')
      throw new MalformedText('a boundary is not followed by a line end');
    const headEnd = body.indexOf('\r\n\r\n', at);
    const next = headEnd === -1 ? -1 : body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), headEnd + 2);
    if (next === -1) throw new MalformedText('a part has no end');
    parts.push(partOf(body.toString('utf8', at + 2, headEnd), body.subarray(Math.min(headEnd + 4, next), next)));
    at = next + 2 + delimiter.length;
  }
  throw new MalformedText(`more than ${maxParts} parts`);
}

function partOf(head: string, content: Buffer): Part {
  const headers = new Map(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const disposition = headers.get('content-disposition') ?? '';
  const name = parameterOf(disposition, 'name');
  if (!/^form-data\b/i.test(disposition) || name === null) throw new MalformedText('a part has no name');
  return {
    name,
    filename: parameterOf(disposition, 'filename'),
    contentType: headers.get('content-type') ?? null,
    content,
  };
}

/** A quoted or plain parameter; `%22`, `%0D` and `%0A` stand for what a form may not hold raw. */
function parameterOf(disposition: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^\\s;"]+))`, 'i').exec(disposition);
  const raw = match?.[1] ?? match?.[2];
  return raw === undefined ? null : raw.replaceAll('%22', '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n');
}
