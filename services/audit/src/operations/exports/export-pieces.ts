import { type ExportEntry, writeExport } from '@patchbay/audit-log/proofs';
import type { ExportLog, ExportRange } from './ports.ts';

export interface ExportPiece {
  readonly text: string;
  /** Index where a reading of its own can go on; null at the end. */
  readonly next: number | null;
}

export interface ExportPiecesOptions {
  readonly log: ExportLog;
  /** Hears of a record that does not hash to its leaf. It is exported as it is: whoever verifies finds it too. */
  readonly onAltered: (tenant: string, index: number) => void;
}

/** UTF-16 units that a piece has at least, unless it is the last. */
const leastUnits = 400_000;
/** Rows of one statement. */
const pageRows = 512;
const checkpointPage = 1_000;

/**
 * The text of an export in pieces, from its beginning or from where a piece before ended. The same range gives the same text,
 * however it is cut.
 * @throws ExportInconsistent naming the place where what is stored makes no export; PatchbayError `audit_unavailable`.
 */
export async function* exportPieces(
  { log, onAltered }: ExportPiecesOptions,
  range: ExportRange,
  from: number | null = null,
): AsyncGenerator<ExportPiece> {
  const { tenant, size } = range;
  const start = from ?? range.first;
  /** Places that the writer has taken, and the size of the checkpoint that it waits to write. */
  let reached = start;
  let pending: number | null = null;

  async function* entries(): AsyncGenerator<ExportEntry> {
    while (reached < size) {
      const places = await log.readPlaces({ tenant, from: reached, to: Math.min(size, reached + pageRows) });
      if (places.length === 0) return; // the writer says what is missing
      for (const { index, record, leaf } of places) {
        if (index !== reached) return;
        reached += 1;
        yield { record, leaf };
      }
    }
  }

  async function* checkpoints(): AsyncGenerator<string> {
    let above = start;
    for (;;) {
      const page = await log.readCheckpoints({ tenant, above, upTo: size - 1, limit: checkpointPage });
      for (const checkpoint of page) {
        above = checkpoint.size;
        pending = checkpoint.size;
        yield checkpoint.note;
      }
      if (page.length < checkpointPage) break;
    }
    pending = size;
    yield await log.checkpointOf(tenant, size);
  }

  const writer = writeExport({
    tenant,
    origin: await log.originOf(tenant),
    before: await log.treeAt(tenant, start),
    size,
    entries: entries(),
    checkpoints: checkpoints(),
    onMismatch: (index) => onAltered(tenant, index),
  });
  let text = '';
  let isHeader = true;
  for await (const written of writer) {
    // Whoever goes on has had the header.
    if (!isHeader || from === null) text += written;
    isHeader = false;
    const checkpointIsNext = reached === pending && !written.startsWith('{"$checkpoint"');
    if (reached === size || checkpointIsNext || text.length < leastUnits) continue;
    yield { text, next: reached };
    text = '';
  }
  yield { text, next: null };
}
