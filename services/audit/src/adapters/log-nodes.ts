import { type LeafRange, subtreeHash } from '@patchbay/audit-log/proofs';
import { tileHeight, tileWidth } from './log-growth.ts';

/** Neighbouring hashes of one tile, from `first` to before `end` in the tile, whose subtree is full. */
export interface TileSlice {
  readonly level: number;
  readonly tile: number;
  readonly first: number;
  readonly end: number;
}

/**
 * Where the hashes of a range of leaves are found: slices of tiles whose roots are the roots of the full subtrees that the range
 * is made of, largest first. The range must be a subtree of a log, as proofs are made of.
 */
export function slicesOf({ begin, end }: LeafRange): TileSlice[] {
  const slices: TileSlice[] = [];
  for (let at = begin; at < end; ) {
    let height = 0;
    // The largest full subtree that begins here: as far as the range goes, and as the beginning is aligned.
    while (at % 2 ** (height + 1) === 0 && at + 2 ** (height + 1) <= end) height++;
    const level = Math.floor(height / tileHeight);
    const index = at / 2 ** (level * tileHeight);
    const width = 2 ** (height % tileHeight);
    const first = index % tileWidth;
    slices.push({ level, tile: Math.floor(index / tileWidth), first, end: first + width });
    at += 2 ** height;
  }
  return slices;
}

/** The hash of a range from its slices' hashes. */
export function hashOfSlices(slices: readonly (readonly Buffer[])[]): Buffer {
  const roots = slices.map(subtreeHash);
  // The subtrees shrink to the right, so they are joined from there.
  return roots.reduceRight((right, left) => subtreeHash([left, right]));
}
