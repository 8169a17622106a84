import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AuditExportPiece } from '@patchbay/sdk';
import type { CommandContext } from '../context.ts';

/** Milliseconds between lines about how far it is. */
const noteMs = 2_000;

interface ExportTarget {
  readonly context: Pick<CommandContext, 'io' | 'note'>;
  /** A path, or `-` for standard output. */
  readonly out: string;
  /** Records in all. */
  readonly total: number;
}

/**
 * Writes an export piece by piece, as fast as it is taken. A file has its name only once it is whole.
 * @returns bytes, and their SHA-256 in hexadecimal digits.
 */
export async function writePieces(
  pieces: AsyncIterable<AuditExportPiece>,
  { context, out, total }: ExportTarget,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  let notedAt = performance.now();
  const write = async (to: (piece: Buffer) => Promise<unknown>) => {
    for await (const { text, records } of pieces) {
      const piece = Buffer.from(text);
      hash.update(piece);
      bytes += piece.byteLength;
      await to(piece);
      if (performance.now() - notedAt < noteMs) continue;
      notedAt = performance.now();
      context.note(`… ${records} of ${total} records, ${bytes} bytes`);
    }
  };
  if (out === '-') {
    const { stdout } = context.io;
    await write(async (piece) => {
      if (stdout.write(piece) !== false || stdout.once === undefined) return;
      await new Promise<void>((drained) => stdout.once?.('drain', drained));
    });
  } else {
    const path = resolve(context.io.cwd, out);
    const partial = `${path}.part`;
    const file = await open(partial, 'w', 0o600);
    try {
      await write((piece) => file.writeFile(piece));
      await file.sync();
      await file.close();
      await rename(partial, path);
    } catch (error) {
      await file.close().catch(() => {});
      await rm(partial, { force: true });
      throw error;
    }
  }
  return { bytes, sha256: hash.digest('hex') };
}
