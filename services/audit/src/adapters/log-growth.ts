import { nodeHash } from '@patchbay/audit-log/proofs';

/** A tenant's log as far as it goes: its size, and the roots of the full subtrees it is made of, largest first. */
export interface LogHead {
  readonly size: number;
  readonly nodes: readonly Buffer[];
}

/** Hashes that come behind those of a tile so far. */
export interface TileGrowth {
  readonly level: number;
  readonly tile: number;
  readonly hashes: Buffer[];
}

/**
 * The tree above the leaves is kept in tiles, so that a proof reads a handful of rows however long the log is: a tile of level 0
 * holds 32 neighbouring leaves, one of level n the roots of 32 neighbouring tiles of the level below. A tile only ever grows.
 */
export const tileHeight = 5;
export const tileWidth = 2 ** tileHeight;

/** What becomes of a log by further leaves: the head then, and the tiles that grow. */
export function growLog(
  head: LogHead,
  leaves: readonly Buffer[],
): { readonly head: LogHead; readonly tiles: TileGrowth[] } {
  const nodes = [...head.nodes];
  const growing = new Map<string, TileGrowth>();
  const add = (level: number, index: number, hash: Buffer) => {
    const tile = Math.floor(index / tileWidth);
    const key = `${level}/${tile}`;
    const known = growing.get(key);
    if (known === undefined) growing.set(key, { level, tile, hashes: [hash] });
    else known.hashes.push(hash);
  };
  let { size } = head;
  for (const leaf of leaves) {
    add(0, size, leaf);
    let node = leaf;
    let rest = size;
    // Every 1 at the end of the size is a full subtree that the new one joins.
    for (let height = 1; rest % 2 === 1; height++) {
      node = nodeHash(nodes.pop() as Buffer, node);
      rest = (rest - 1) / 2;
      if (height % tileHeight === 0) add(height / tileHeight, rest, node);
    }
    nodes.push(node);
    size++;
  }
  return { head: { size, nodes }, tiles: [...growing.values()] };
}
