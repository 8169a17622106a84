import { propertyNames, propertyOf, type Schema, typesOf } from './schema-types.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether a parameter is a file: an object with its content as base64 or text. */
export function isFile(schema: Schema): boolean {
  const names = propertyNames(schema);
  return typesOf(schema).has('object') && (names.includes('content_base64') || names.includes('text'));
}

/** The argument that a file on the wire stands for: `{ filename, content_type, content_base64 | text }`. */
export function fileValue(
  bytes: Uint8Array,
  filename: string | null,
  contentType: string | null,
  schema: Schema,
): Record<string, unknown> {
  const text = propertyOf(schema, 'text') === null ? null : textOf(bytes);
  return {
    ...(filename !== null && propertyOf(schema, 'filename') !== null ? { filename } : {}),
    ...(contentType !== null && propertyOf(schema, 'content_type') !== null ? { content_type: contentType } : {}),
    ...(text === null ? { content_base64: Buffer.from(bytes).toString('base64') } : { text }),
  };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
