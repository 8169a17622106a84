import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ExportHeader, parseExportLine } from '@patchbay/audit-log/proofs';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

/** Bytes that are read at once. */
const pieceBytes = 1_048_576;

export interface ExportFile {
  readonly path: string;
  readonly bytes: number;
  /** As the file has it; null when it has none. */
  readonly header: ExportHeader | null;
  /** From its beginning, each time. */
  read(): AsyncIterable<Buffer>;
}

/** @throws UsageError when there is no such file. */
export function exportFile(path: string, { cwd }: CliIo): ExportFile {
  const file = resolve(cwd, path);
  if (!existsSync(file) || !statSync(file).isFile()) throw new UsageError(`${path} is no file.`);
  return {
    path,
    bytes: statSync(file).size,
    header: headerOf(file),
    read: () => createReadStream(file, { highWaterMark: pieceBytes }),
  };
}

function headerOf(file: string): ExportHeader | null {
  const handle = openSync(file, 'r');
  try {
    const beginning = Buffer.alloc(65_536);
    const bytes = readSync(handle, beginning);
    const line = parseExportLine(beginning.subarray(0, Math.max(0, beginning.subarray(0, bytes).indexOf(10))));
    return line.kind === 'header' ? line.header : null;
  } finally {
    closeSync(handle);
  }
}
