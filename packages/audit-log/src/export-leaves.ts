import { parseExportLine } from './export-format.ts';
import { hashBytes, leafHash } from './merkle/hashes.ts';
import { consistencyRanges, subtreeHash } from './merkle/proof-ranges.ts';
import { eachLine } from './verify-export/lines-of.ts';

/** The leaves of an export's records, 32 bytes each, which is what proofs about its log are made of. */
export class ExportLeaves {
  readonly #first: number;
  readonly #hashes: Buffer;

  private constructor(first: number, hashes: Buffer) {
    this.#first = first;
    this.#hashes = hashes;
  }

  /** Null when it is no export. */
  static async read(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ExportLeaves | null> {
    let first: number | null = null;
    const hashes: Buffer[] = [];
    await eachLine(source, (bytes) => {
      const line = parseExportLine(bytes);
      if (line.kind === 'header') first = line.header.first;
      else if (line.kind === 'record') hashes.push(leafHash(bytes));
      else if (line.kind === 'withheld') hashes.push(line.leaf);
      return first !== null;
    });
    return first === null ? null : new ExportLeaves(first, Buffer.concat(hashes));
  }

  /**
   * Proof that the log of `size` records, which end in the file, begins with that of `oldSize`; null when the file begins too late to
   * make it of.
   */
  consistencyProof(oldSize: number, size: number): Buffer[] | null {
    const ranges = consistencyRanges(oldSize, size);
    if (ranges.some(({ begin }) => begin < this.#first)) return null;
    return ranges.map(({ begin, end }) => subtreeHash(this.#from(begin, end)));
  }

  *#from(begin: number, end: number): Generator<Buffer> {
    for (let index = begin; index < end; index++) {
      const at = (index - this.#first) * hashBytes;
      yield this.#hashes.subarray(at, at + hashBytes);
    }
  }
}
