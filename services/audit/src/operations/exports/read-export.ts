import { PatchbayError, type ReadExport, type ReadExportResult } from '@patchbay/contracts';
import { type ExportPiece, type ExportPiecesOptions, exportPieces } from './export-pieces.ts';
import type { ExportRange } from './ports.ts';
import { openTicket } from './ticket.ts';

export interface ReadExportPorts extends ExportPiecesOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly ticketKey: Buffer;
}

/** UTF-16 units of one answer, and bytes of it as JSON: a message carries 1 MiB. */
const mostUnits = 700_000;
const mostBytes = 1_000_000;
/** Pieces that were begun to be answered and not ended: who asks for the rest mostly asks the same process. */
const keptPieces = 4;

/**
 * Answers the text of an export from a place on. No process remembers anything of it: any can answer any page.
 * @throws PatchbayError `invalid_request` for a ticket or a place that is none, `internal` where what is stored makes no export,
 * `audit_unavailable`.
 */
export function createReadExport({
  now,
  ticketKey,
  ...options
}: ReadExportPorts): (request: ReadExport) => Promise<ReadExportResult> {
  const kept = new Map<string, Promise<ExportPiece>>();
  return async ({ ticket, place }) => {
    const range = openTicket(ticketKey, ticket, now());
    const { index, offset } = place ?? { index: range.first, offset: 0 };
    if (index < range.first || index >= range.size) throw wrongPlace();
    // At the first index the text begins with the header; nobody goes on there otherwise.
    const piece = await pieceAt(range, index);
    if (offset > 0 && offset >= piece.text.length) throw wrongPlace();
    const text = fitting(piece.text, offset);
    if (offset + text.length < piece.text.length) return { text, next: { index, offset: offset + text.length } };
    kept.delete(keyOf(range, index));
    return { text, next: piece.next === null ? null : { index: piece.next, offset: 0 } };
  };

  function pieceAt(range: ExportRange, index: number): Promise<ExportPiece> {
    const key = keyOf(range, index);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = firstPiece(options, range, index === range.first ? null : index);
    kept.set(key, made);
    made.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) {
      if (kept.size <= keptPieces) break;
      kept.delete(oldest);
    }
    return made;
  }
}

const keyOf = ({ tenant, first, size }: ExportRange, index: number) => `${tenant} ${first} ${size} ${index}`;

async function firstPiece(options: ExportPiecesOptions, range: ExportRange, from: number | null): Promise<ExportPiece> {
  const pieces = exportPieces(options, range, from);
  try {
    const { value } = await pieces.next();
    return value as ExportPiece;
  } finally {
    await pieces.return(undefined);
  }
}

/** As much of a text as an answer carries, never ending inside a character. */
function fitting(text: string, offset: number): string {
  for (let units = mostUnits; ; units = Math.ceil(units / 2)) {
    let end = Math.min(text.length, offset + units);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    const part = text.slice(offset, end);
    if (Buffer.byteLength(JSON.stringify(part)) <= mostBytes) return part;
  }
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;

function wrongPlace(): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: 'place: is none of this export.',
    details: { issues: [{ path: 'place', message: 'is none of this export' }] },
  });
}
