/** Lanes of a subscription whose deliveries keep an order. Each takes one delivery at a time. */
export const laneCount = 8;

/** The lane of deliveries that keep no order. */
export const openLane = 'any';

/** The lanes that a subscription's deliveries may lie in. */
export function lanesOf(isOrdered: boolean): string[] {
  // What was published before an order was asked for still lies in the open lane.
  return isOrdered ? [openLane, ...Array.from({ length: laneCount }, (_, index) => `k${index}`)] : [openLane];
}

/** The lane of a key: always the same, so that what has the same key keeps its order. Null, for no order: the open one. */
export function laneOf(key: string | null): string {
  return key === null ? openLane : `k${fnv1a(key) % laneCount}`;
}

/** FNV-1a, 32 bits, over UTF-16 code units: quick and even, and nobody gains by collisions but in a lane of its own. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
