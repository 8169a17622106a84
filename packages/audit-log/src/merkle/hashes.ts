import { hash } from 'node:crypto';

/** Bytes of every hash in the log: SHA-256. */
export const hashBytes = 32;

const node = Buffer.alloc(1 + 2 * hashBytes, 1);
let leaf = Buffer.alloc(16_384);

/**
 * RFC 9162 section 2.1.1: SHA-256(0x00 || record). The first byte keeps a record from being taken for an inner node.
 * A text counts as UTF-8.
 */
export function leafHash(record: string | Uint8Array): Buffer {
  const bytes = typeof record === 'string' ? Buffer.byteLength(record) : record.length;
  if (bytes >= leaf.length) leaf = Buffer.alloc(2 * bytes + 1);
  if (typeof record === 'string') leaf.write(record, 1);
  else leaf.set(record, 1);
  return hash('sha256', leaf.subarray(0, bytes + 1), 'buffer');
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 1 + hashBytes);
  return hash('sha256', node, 'buffer');
}

/** The root of a log without records: SHA-256 of nothing. */
export function emptyRoot(): Buffer {
  return hash('sha256', '', 'buffer');
}
