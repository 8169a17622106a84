import type { Finding } from './finding.ts';

/**
 * Of findings that overlap, the one with the higher score stays, then the longer, then the earlier. What remains is in the order
 * of the text.
 */
export function resolveOverlaps(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return [...findings];
  const byTrust = findings.toSorted(
    (a, b) => b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start,
  );
  const kept: Finding[] = [];
  for (const one of byTrust) {
    const at = placeOf(kept, one.start);
    const before = kept[at - 1];
    const after = kept[at];
    if ((before && before.end > one.start) || (after && after.start < one.end)) continue;
    kept.splice(at, 0, one);
  }
  return kept;
}

/** Where in `kept`, ordered by start, something that starts at `start` belongs. */
function placeOf(kept: readonly Finding[], start: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((kept[middle] as Finding).start <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}
