import { CompactRange } from './merkle/compact-range.ts';
import { hashBytes } from './merkle/hashes.ts';
import { isSize } from './merkle/proof-ranges.ts';
import { decodeBase64 } from './note/base64.ts';
import { isKeyName } from './note/verifier-key.ts';

/**
 * An export of a tenant's log, as lines of JSON in UTF-8, each ending in a newline. A line is a record, byte for byte, or one of
 * the lines below: these are objects whose only field begins with `$`, which no record has.
 *
 *     {"$header":{…}}                                   first
 *     …records, in the order of their index…
 *     {"$leaves":{"first":0,"hashes":"…"}}              after every 1,024 records, and before each checkpoint
 *     {"$checkpoint":"…note…"}                          after the record before its size; the last line is one, of the header's size
 *
 * `{"$withheld":"…leaf…"}` stands in the place of a record that is kept no longer, of which the log holds the leaf.
 *
 * Leaves repeat what their records hash to, so that a reader can say which record was touched; they prove nothing that the
 * checkpoints do not. There is no clock in it, so the same records and checkpoints are the same bytes.
 */
export const exportFormat = 'patchbay-audit-export/1';

/** Most records between two lines of leaves. */
export const leavesPerLine = 1_024;

export interface ExportHeader {
  readonly tenant: string;
  readonly origin: string;
  /** Index of the first record. */
  readonly first: number;
  /** Size of the log at the last checkpoint; one more than the index of the last record. */
  readonly size: number;
  /** The tree of the `first` leaves that are not in the file: a compact range's nodes, largest first. */
  readonly prefix: readonly Buffer[];
}

export type ExportLine =
  | { readonly kind: 'header'; readonly header: ExportHeader }
  | { readonly kind: 'record' }
  | { readonly kind: 'withheld'; readonly leaf: Buffer }
  | { readonly kind: 'leaves'; readonly first: number; readonly hashes: Buffer }
  | { readonly kind: 'checkpoint'; readonly note: string }
  /** Begins like one of ours and is none. */
  | { readonly kind: 'malformed' };

/** What a line is, without its newline. Of a record nothing is read. */
export function parseExportLine(line: Buffer): ExportLine {
  if (line[0] !== 0x7b || line[1] !== 0x22 || line[2] !== 0x24) return { kind: 'record' }; // {"$
  try {
    const [[name, value] = [], ...more] = Object.entries(JSON.parse(line.toString()) as Record<string, unknown>);
    return (more.length === 0 && readLine(name, value)) || { kind: 'malformed' };
  } catch {
    return { kind: 'malformed' };
  }
}

function readLine(name: string | undefined, value: unknown): ExportLine | null {
  switch (name) {
    case '$header':
      return readHeader(value as Record<string, unknown>);
    case '$withheld': {
      const leaf = decodeBase64(String(value));
      return leaf?.length === hashBytes ? { kind: 'withheld', leaf } : null;
    }
    case '$leaves': {
      const { first, hashes } = value as { first: number; hashes: string };
      const bytes = decodeBase64(String(hashes));
      return isSize(first) && bytes !== null && bytes.length % hashBytes === 0
        ? { kind: 'leaves', first, hashes: bytes }
        : null;
    }
    case '$checkpoint':
      return typeof value === 'string' ? { kind: 'checkpoint', note: value } : null;
    default:
      return null;
  }
}

function readHeader(value: Record<string, unknown>): ExportLine | null {
  const { format, tenant, origin, first, size, prefix } = value;
  if (format !== exportFormat || typeof tenant !== 'string' || typeof origin !== 'string' || !isKeyName(origin))
    return null;
  if (!isSize(first as number) || !isSize(size as number) || !Array.isArray(prefix)) return null;
  const nodes = prefix.map((node) => decodeBase64(String(node)) ?? Buffer.alloc(0));
  const header = { tenant, origin, first: first as number, size: size as number, prefix: nodes };
  if (header.first > header.size) return null;
  CompactRange.from(header.first, nodes); // throws when they do not belong together
  return { kind: 'header', header };
}
