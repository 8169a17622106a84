import { emptyRoot, hashBytes, nodeHash } from './hashes.ts';

/**
 * The tree over the first `size` leaves of a log, as the roots of the full subtrees it is made of: one for each 1 in the
 * size's binary form, largest first. So a log of any length grows by a leaf in constant memory, and what it needs to go on
 * from is its size and at most 53 hashes.
 */
export class CompactRange {
  #size: number;
  readonly #nodes: Buffer[];

  private constructor(size: number, nodes: Buffer[]) {
    this.#size = size;
    this.#nodes = nodes;
  }

  static empty(): CompactRange {
    return new CompactRange(0, []);
  }

  /** Goes on from what `size` and `nodes` of another were. @throws RangeError when they do not belong together. */
  static from(size: number, nodes: readonly Uint8Array[]): CompactRange {
    if (!Number.isSafeInteger(size) || size < 0 || nodes.length !== onesOf(size))
      throw new RangeError(`A tree of ${size} leaves is not made of ${nodes.length} hashes.`);
    if (nodes.some((node) => node.length !== hashBytes)) throw new RangeError('A hash has 32 bytes.');
    return new CompactRange(
      size,
      nodes.map((node) => Buffer.from(node)),
    );
  }

  get size(): number {
    return this.#size;
  }

  /** Roots of the full subtrees, largest first. */
  get nodes(): readonly Buffer[] {
    return this.#nodes;
  }

  /** Adds the next leaf's hash. */
  append(leaf: Buffer): void {
    let node = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      node = nodeHash(this.#nodes.pop() as Buffer, node);
    this.#nodes.push(node);
    this.#size++;
  }

  /** RFC 9162 Merkle tree hash of all leaves so far. */
  root(): Buffer {
    let root = this.#nodes.at(-1);
    if (root === undefined) return emptyRoot();
    for (let i = this.#nodes.length - 2; i >= 0; i--) root = nodeHash(this.#nodes[i] as Buffer, root);
    return root;
  }

  copy(): CompactRange {
    return new CompactRange(this.#size, [...this.#nodes]);
  }
}

function onesOf(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
