import { exportFormat, leavesPerLine } from './export-format.ts';
import type { CompactRange } from './merkle/compact-range.ts';
import { leafHash } from './merkle/hashes.ts';
import { openCheckpoint } from './note/checkpoint.ts';

/** One place of the log, as it is stored. */
export interface ExportEntry {
  /** The record; null when it is kept no longer. */
  readonly record: string | null;
  readonly leaf: Buffer;
}

export interface ExportSource {
  readonly tenant: string;
  readonly origin: string;
  /** The log before the first record that is exported: empty, or the compact range of all leaves before it. */
  readonly before: CompactRange;
  /** Where the export ends; the last checkpoint is of this size. */
  readonly size: number;
  /** Places from `before.size` to before `size`, in order, all of them. */
  readonly entries: AsyncIterable<ExportEntry> | Iterable<ExportEntry>;
  /**
   * Signed notes of the log's checkpoints with a size above `before.size`, ascending, the last of `size`. Of those that were
   * signed because somebody asked for a size only the last: the others depend on who asked, and the bytes must not.
   */
  readonly checkpoints: AsyncIterable<string> | Iterable<string>;
  /** Told of a record that does not hash to its leaf. It is exported as it is: whoever verifies finds it too. */
  readonly onMismatch?: (index: number) => void;
}

/** What is stored makes no export; the message names the place. */
export class ExportInconsistent extends Error {}

/**
 * The text of an export, in pieces of up to 1,024 records. Holds leaves and checkpoints against each other as it goes.
 * @throws ExportInconsistent when a place or a checkpoint is missing, out of order, or a checkpoint is not of these leaves.
 */
export async function* writeExport(source: ExportSource): AsyncGenerator<string> {
  const { before, size, tenant, origin } = source;
  const tree = before.copy();
  const checkpoints = checkpointsOf(source);
  let next = await checkpoints.next();
  let lines: string[] = [];
  let hashes: Buffer[] = [];
  const flush = () => {
    const first = tree.size - hashes.length;
    if (hashes.length > 0) lines.push(line({ $leaves: { first, hashes: Buffer.concat(hashes).toString('base64') } }));
    const text = lines.join('');
    lines = [];
    hashes = [];
    return text;
  };

  const prefix = before.nodes.map((node) => node.toString('base64'));
  yield line({ $header: { format: exportFormat, tenant, origin, first: tree.size, size, prefix } });
  for await (const { record, leaf } of source.entries) {
    if (tree.size === size) throw new ExportInconsistent(`There are records from ${size} on, where the export ends.`);
    if (record !== null && !leafHash(record).equals(leaf)) source.onMismatch?.(tree.size);
    lines.push(record === null ? line({ $withheld: leaf.toString('base64') }) : `${record}\n`);
    hashes.push(leaf);
    tree.append(leaf);
    const isCheckpoint = !next.done && next.value.size === tree.size;
    if (isCheckpoint || hashes.length === leavesPerLine) yield flush();
    if (!next.done && next.value.size === tree.size && tree.size < size) {
      yield checkpointLine(next.value, tree);
      next = await checkpoints.next();
    }
  }
  if (tree.size < size)
    throw new ExportInconsistent(`There is no record ${tree.size}, and the export ends at ${size}.`);
  if (next.done || next.value.size !== size) throw new ExportInconsistent(`There is no checkpoint of size ${size}.`);
  const last = checkpointLine(next.value, tree);
  await checkpoints.next(); // throws when another comes, out of its place
  yield `${flush()}${last}`;
}

interface SizedNote {
  readonly note: string;
  readonly size: number;
  readonly root: Buffer;
}

async function* checkpointsOf({ checkpoints, origin, before, size }: ExportSource): AsyncGenerator<SizedNote, void> {
  let last = before.size;
  for await (const note of checkpoints) {
    const checkpoint = openCheckpoint(note, [])?.checkpoint;
    if (checkpoint?.origin !== origin)
      throw new ExportInconsistent(`What should be a checkpoint after ${last} is none.`);
    const mayEqual = before.size === size;
    if (checkpoint.size < last || (checkpoint.size === last && !mayEqual) || checkpoint.size > size)
      throw new ExportInconsistent(`A checkpoint of size ${checkpoint.size} does not come after ${last}.`);
    last = checkpoint.size;
    yield { note, size: checkpoint.size, root: checkpoint.root };
  }
}

function checkpointLine({ note, size, root }: SizedNote, tree: CompactRange): string {
  if (!root.equals(tree.root())) throw new ExportInconsistent(`The checkpoint of size ${size} is not of these leaves.`);
  return line({ $checkpoint: note });
}

function line(document: object): string {
  return `${JSON.stringify(document)}\n`;
}
