import { randomUUID } from 'node:crypto';
import { fileOf } from './file-argument.ts';
import { toText } from './text.ts';
import type { RequestContext, ValueSource } from './value-source.ts';
import { resolveSource } from './value-source.ts';

export interface MultipartField {
  readonly name: string;
  readonly argument: string;
  readonly source: ValueSource;
}
export interface MultipartBody {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * A `multipart/form-data` body (RFC 7578). A file argument becomes a file part, a list one part for each item, anything
 * else a text part. Names are escaped as the WHATWG form encoding does.
 */
export function buildMultipartBody(fields: readonly MultipartField[], context: RequestContext): MultipartBody {
  const boundary = `patchbay-${randomUUID()}`;
  const chunks: Uint8Array[] = [];
  for (const field of fields) {
    const value = resolveSource(field.source, context);
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) addPart(chunks, boundary, field, item);
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(chunks) };
}

function addPart(chunks: Uint8Array[], boundary: string, field: MultipartField, value: unknown): void {
  const file = fileOf(value, field.argument);
  let head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(field.name)}"`;
  if (file !== null) {
    head += `; filename="${escapeName(file.filename ?? 'file')}"`;
    head += `\r\nContent-Type: ${file.contentType ?? 'application/octet-stream'}`;
  }
  chunks.push(Buffer.from(`${head}\r\n\r\n`), file?.bytes ?? Buffer.from(toText(value)), Buffer.from('\r\n'));
}

function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, (char) => (char === '"' ? '%22' : char === '\r' ? '%0D' : '%0A'));
}

/** A raw body: text as it stands, a file argument's bytes, anything else as JSON. */
export function buildRawBody(
  value: unknown,
  argument: string,
): { contentType: string; body: Uint8Array | string } | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return { contentType: 'text/plain; charset=utf-8', body: value };
  const file = fileOf(value, argument);
  if (file === null) return { contentType: 'application/json', body: JSON.stringify(value) };
  return { contentType: file.contentType ?? 'application/octet-stream', body: file.bytes };
}
