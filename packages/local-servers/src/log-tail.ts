import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The last `maxBytes` of a text file in whole lines; empty when there is no file. */
export function tailOf(path: string, maxBytes = 4_096): string {
  const from = Math.max(0, sizeOf(path) - maxBytes);
  const text = readFrom(path, from);
  return (from === 0 ? text : text.slice(text.indexOf('\n') + 1)).trim();
}

/** The text of a file from a byte offset on; empty when there is no file or nothing after the offset. */
export function readFrom(path: string, offset: number): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(file).size - offset));
    const length = readSync(file, buffer, 0, buffer.length, offset);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

/** Bytes in a file; 0 when there is none. */
export function sizeOf(path: string): number {
  try {
    const file = openSync(path, 'r');
    try {
      return fstatSync(file).size;
    } finally {
      closeSync(file);
    }
  } catch {
    return 0;
  }
}
