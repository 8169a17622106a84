/** A circle among `edges[i]`, the tasks that `i` waits for, as indexes with the first one again at the end; or null. */
export function findCycle(edges: readonly (readonly number[])[]): number[] | null {
  const state = new Uint8Array(edges.length);
  const trail: number[] = [];
  const visit = (index: number): number[] | null => {
    if (state[index] === 2) return null;
    if (state[index] === 1) return [...trail.slice(trail.indexOf(index)), index];
    state[index] = 1;
    trail.push(index);
    for (const next of edges[index] as readonly number[]) {
      const found = visit(next);
      if (found !== null) return found;
    }
    trail.pop();
    state[index] = 2;
    return null;
  };
  for (const index of edges.keys()) {
    const found = visit(index);
    if (found !== null) return found;
  }
  return null;
}
