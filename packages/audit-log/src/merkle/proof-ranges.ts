import { CompactRange } from './compact-range.ts';

/** The leaves from `begin` to before `end`; a subtree of the log's tree. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * The subtrees whose hashes prove that leaf `index` is in the tree of `size` leaves, in the proof's order, nearest first
 * (RFC 9162 section 2.1.3.1). @throws RangeError unless 0 <= index < size.
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isSize(size) || !isSize(index) || index >= size) throw new RangeError(`No leaf ${index} in a tree of ${size}.`);
  const ranges: LeafRange[] = [];
  let begin = 0;
  let end = size;
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    if (index < middle) {
      ranges.push({ begin: middle, end });
      end = middle;
    } else {
      ranges.push({ begin, end: middle });
      begin = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The subtrees whose hashes prove that the tree of `size` leaves begins with the tree of `oldSize` leaves, in the proof's
 * order (RFC 9162 section 2.1.4.1). None where the sizes are equal or the old one is 0: there is nothing to prove.
 * @throws RangeError unless 0 <= oldSize <= size.
 */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  if (!isSize(size) || !isSize(oldSize) || oldSize > size)
    throw new RangeError(`A tree of ${size} leaves does not begin with one of ${oldSize}.`);
  if (oldSize === 0 || oldSize === size) return [];
  const ranges: LeafRange[] = [];
  let begin = 0;
  let end = size;
  while (end !== oldSize) {
    const middle = begin + splitOf(end - begin);
    if (oldSize <= middle) {
      ranges.push({ begin: middle, end });
      end = middle;
    } else {
      ranges.push({ begin, end: middle });
      begin = middle;
    }
  }
  // Whoever has the old root has this subtree's hash already where it is the whole old tree.
  if (begin > 0) ranges.push({ begin, end });
  return ranges.reverse();
}

/** The hash of a subtree from its leaves' hashes, which are all of them, in order. */
export function subtreeHash(leaves: Iterable<Buffer>): Buffer {
  const range = CompactRange.empty();
  for (const leaf of leaves) range.append(leaf);
  return range.root();
}

/** The largest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let power = 1;
  while (2 * power < count) power *= 2;
  return power;
}

export function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
