import { emptyRoot, hashBytes, nodeHash } from './hashes.ts';
import { isSize } from './proof-ranges.ts';

export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether `leaf` is at `index` in the tree of `size` leaves with that root. RFC 9162 section 2.1.3.2. */
export function verifyInclusion({ index, size, leaf, root, proof }: InclusionClaim): boolean {
  if (!isSize(size) || !isSize(index) || index >= size || !areHashes(leaf, root, ...proof)) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at > 0) [at, last] = [half(at), half(last)];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equal(hash, root);
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the tree of `size` leaves begins with that of `oldSize` leaves. RFC 9162 section 2.1.4.2. Refuses 0 as the old size:
 * every tree begins with the empty one, so that a caller who has nothing yet has nothing to prove either.
 */
export function verifyConsistency({ oldSize, oldRoot, size, root, proof }: ConsistencyClaim): boolean {
  if (!isSize(size) || !isSize(oldSize) || oldSize === 0 || oldSize > size) return false;
  if (oldSize === size) return proof.length === 0 && equal(oldRoot, root);
  return verifySubtreeConsistency({ begin: 0, end: oldSize, subtree: oldRoot, size, root, proof });
}

export interface SubtreeInclusionClaim extends Omit<InclusionClaim, 'size'> {
  /** The subtree's leaves: from `begin` to before `end`; `root` is its hash, `index` counts from the log's beginning. */
  readonly begin: number;
  readonly end: number;
}

/** Whether `leaf` is at `index` in a subtree (draft-ietf-plants-merkle-tree-certs section 4.3). */
export function verifySubtreeInclusion({ index, begin, end, leaf, root, proof }: SubtreeInclusionClaim): boolean {
  if (!isSubtree(begin, end) || !isSize(index) || index < begin) return false;
  return verifyInclusion({ index: index - begin, size: end - begin, leaf, root, proof });
}

export interface SubtreeConsistencyClaim {
  readonly begin: number;
  readonly end: number;
  /** The subtree's hash. */
  readonly subtree: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether a subtree belongs to the tree of `size` leaves (draft-ietf-plants-merkle-tree-certs section 4.4). The empty one belongs to
 * every tree.
 */
export function verifySubtreeConsistency({ begin, end, subtree, size, root, proof }: SubtreeConsistencyClaim): boolean {
  if (!isSize(begin) || !isSize(size) || end > size) return false;
  if (begin === end) return proof.length === 0 && equal(subtree, emptyRoot());
  if (begin === 0 && end === size) return proof.length === 0 && equal(subtree, root);
  if (!isSubtree(begin, end) || !areHashes(subtree, root, ...proof)) return false;
  let first = begin;
  let last = end - 1;
  let top = size - 1;
  const up = () => {
    [first, last, top] = [half(first), half(last), half(top)];
  };
  // Up to the root of the largest full subtree that ends where the subtree ends.
  while (first !== last && (last === top || last % 2 === 1)) up();
  let rest = proof;
  let start = subtree;
  if (first !== last) {
    const [given, ...others] = proof;
    if (given === undefined) return false;
    start = given;
    rest = others;
  }
  let inner = start;
  let outer = start;
  for (const sibling of rest) {
    if (top === 0) return false;
    if (last % 2 === 1 || last === top) {
      if (first < last) inner = nodeHash(sibling, inner);
      outer = nodeHash(sibling, outer);
      while (last % 2 === 0 && last > 0) up();
    } else outer = nodeHash(outer, sibling);
    up();
  }
  return top === 0 && equal(inner, subtree) && equal(outer, root);
}

/** A subtree begins at a multiple of the power of two that its leaves fit in. */
function isSubtree(begin: number, end: number): boolean {
  if (!isSize(begin) || !isSize(end) || begin >= end) return false;
  let power = 1;
  while (power < end - begin) power *= 2;
  return begin % power === 0;
}

function areHashes(...values: readonly Uint8Array[]): boolean {
  return values.every((value) => value.length === hashBytes);
}

/** Not in constant time: roots and leaves are no secrets. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
