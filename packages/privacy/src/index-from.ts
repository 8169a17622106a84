/** Index of the first of some stretches, in the order of their text, that starts at an offset or after it. */
export function indexFrom(stretches: readonly { readonly start: number }[], offset: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle] as { start: number }).start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
