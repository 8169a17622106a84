import { describe, expect, test } from 'vitest';
import { CompactRange } from './compact-range.ts';
import { emptyRoot, leafHash, nodeHash } from './hashes.ts';
import { consistencyRanges, inclusionRanges, type LeafRange, subtreeHash } from './proof-ranges.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

const leaves = Array.from({ length: 70 }, (_, i) => leafHash(`record ${i}`));
const hashesOf = (ranges: readonly LeafRange[]) =>
  ranges.map(({ begin, end }) => subtreeHash(leaves.slice(begin, end)));
const rootOf = (size: number) => subtreeHash(leaves.slice(0, size));

/** RFC 9162 section 2.1.1 as it is written there: by halves, without a range. */
function definedRoot(of: readonly Buffer[]): Buffer {
  if (of.length <= 1) return of[0] ?? emptyRoot();
  let split = 1;
  while (2 * split < of.length) split *= 2;
  return nodeHash(definedRoot(of.slice(0, split)), definedRoot(of.slice(split)));
}

describe('the Merkle tree', () => {
  test('has the roots that RFC 6962 logs publish for its eight test leaves', () => {
    const hex = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const range = CompactRange.empty();
    expect(range.root().toString('base64')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    for (const record of hex) range.append(leafHash(Buffer.from(record, 'hex')));
    expect(range.root().toString('base64')).toBe('XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=');
  });

  test('has the root that its definition gives, at every size', () => {
    for (let size = 0; size <= leaves.length; size++) expect(rootOf(size)).toEqual(definedRoot(leaves.slice(0, size)));
  });

  test('goes on from a size and its hashes as if it had never stopped', () => {
    for (let size = 0; size <= leaves.length; size++) {
      const before = CompactRange.empty();
      for (const leaf of leaves.slice(0, size)) before.append(leaf);
      const after = CompactRange.from(before.size, before.nodes);
      for (const leaf of leaves.slice(size)) after.append(leaf);
      expect(after.root()).toEqual(rootOf(leaves.length));
      expect(before.size).toBe(size);
    }
  });

  test('a copy and its original grow apart', () => {
    const one = CompactRange.empty();
    for (const leaf of leaves.slice(0, 6)) one.append(leaf);
    const other = one.copy();
    other.append(leaves[6] as Buffer);
    expect([one.root(), other.root()]).toEqual([rootOf(6), rootOf(7)]);
  });

  test.each([
    ['too few hashes', 3, [leaves[0]]],
    ['too many hashes', 2, [leaves[0], leaves[1]]],
    ['a hash of another length', 1, [Buffer.alloc(31)]],
    ['a negative size', -1, []],
    ['a size that is no whole number', 1.5, [leaves[0]]],
  ])('does not go on from %s', (_what, size, nodes) => {
    expect(() => CompactRange.from(size, nodes as Buffer[])).toThrow(RangeError);
  });

  test('a text and its UTF-8 are the same record, however long', () => {
    for (const text of ['', 'é', '€'.repeat(20_000)]) expect(leafHash(text)).toEqual(leafHash(Buffer.from(text)));
  });
});

describe('proofs', () => {
  test('show each leaf in each tree, and in no other place', () => {
    for (let size = 1; size <= 40; size++)
      for (let index = 0; index < size; index++) {
        const proof = hashesOf(inclusionRanges(index, size));
        const claim = { index, size, leaf: leaves[index] as Buffer, root: rootOf(size), proof };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, index: (index + 1) % size })).toBe(size === 1);
        expect(verifyInclusion({ ...claim, leaf: leafHash('another') })).toBe(false);
      }
  });

  test('show each tree as the beginning of each longer one, and of no other', () => {
    for (let size = 0; size <= 40; size++)
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const proof = hashesOf(consistencyRanges(oldSize, size));
        const claim = { oldSize, oldRoot: rootOf(oldSize), size, root: rootOf(size), proof };
        expect(verifyConsistency(claim)).toBe(oldSize > 0);
        expect(verifyConsistency({ ...claim, oldRoot: rootOf(41) })).toBe(false);
        if (proof.length > 0) expect(verifyConsistency({ ...claim, proof: proof.slice(1) })).toBe(false);
      }
  });

  test('are as short as the tree is high', () => {
    expect(inclusionRanges(999_999, 10_000_000)).toHaveLength(24);
    expect(consistencyRanges(999_999, 10_000_000).length).toBeLessThan(26);
  });

  test('there are none of what the tree does not have', () => {
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [-1, 5],
      [0, 2 ** 53],
    ] as const)
      expect(() => inclusionRanges(index, size)).toThrow(RangeError);
    expect(() => consistencyRanges(6, 5)).toThrow(RangeError);
  });
});
