import { CompactRange, consistencyRanges, inclusionRanges, leafHash, subtreeHash } from '@patchbay/audit-log/proofs';
import { describe, expect, it } from 'vitest';
import { growLog, type LogHead, tileWidth } from './log-growth.ts';
import { hashOfSlices, slicesOf } from './log-nodes.ts';

const leaves = Array.from({ length: 2_500 }, (_, i) => leafHash(`record ${i}`));

/** Tiles as a store keeps them, of a log that grew by so many leaves at a time. */
function grown(steps: readonly number[]): { head: LogHead; tiles: Map<string, Buffer[]> } {
  const tiles = new Map<string, Buffer[]>();
  let head: LogHead = { size: 0, nodes: [] };
  for (const step of steps) {
    const growth = growLog(head, leaves.slice(head.size, head.size + step));
    head = growth.head;
    for (const { level, tile, hashes } of growth.tiles)
      tiles.set(`${level}/${tile}`, [...(tiles.get(`${level}/${tile}`) ?? []), ...hashes]);
  }
  return { head, tiles };
}

describe('growLog', () => {
  it('comes to the same head as a compact range, however the leaves come', () => {
    for (const steps of [[1, 1, 1], [2_500], [31, 1, 1, 31, 1_000, 7], Array.from({ length: 90 }, () => 1)]) {
      const { head } = grown(steps);
      const range = CompactRange.empty();
      for (const leaf of leaves.slice(0, head.size)) range.append(leaf);
      expect(head).toEqual({ size: range.size, nodes: range.nodes });
    }
  });

  it('fills tiles with neighbours of one level, none twice and none left out', () => {
    const { tiles } = grown([1_000, 1, 1_499]);
    expect(tiles.get('0/3')).toEqual(leaves.slice(96, 128));
    expect(tiles.get('1/0')).toEqual(
      Array.from({ length: 32 }, (_, i) => subtreeHash(leaves.slice(i * tileWidth, (i + 1) * tileWidth))),
    );
    expect(tiles.get('2/0')).toEqual([0, 1].map((i) => subtreeHash(leaves.slice(i * 1_024, (i + 1) * 1_024))));
    expect([...tiles.values()].every(({ length }) => length <= tileWidth)).toBe(true);
  });

  it('keeps what every proof is made of', () => {
    const { tiles } = grown([700, 1_800]);
    const hashOf = (range: { begin: number; end: number }) =>
      hashOfSlices(
        slicesOf(range).map(({ level, tile, first, end }) => (tiles.get(`${level}/${tile}`) ?? []).slice(first, end)),
      );
    for (const [index, size] of [
      [0, 1],
      [0, 2_500],
      [2_499, 2_500],
      [1_023, 1_025],
      [33, 2_049],
      [999, 1_000],
    ] as const)
      for (const range of inclusionRanges(index, size))
        expect(hashOf(range)).toEqual(subtreeHash(leaves.slice(range.begin, range.end)));
    for (const [old, size] of [
      [1, 2_500],
      [31, 32],
      [1_024, 2_048],
      [1_025, 2_499],
      [2_047, 2_500],
    ] as const)
      for (const range of consistencyRanges(old, size))
        expect(hashOf(range)).toEqual(subtreeHash(leaves.slice(range.begin, range.end)));
  });
});
