/**
 * Does the work for `width` rows at once, then tells of them, then goes on with the next. A failure ends it when the rows
 * beside have come to their end: nobody goes on in the background.
 */
export async function inGroups<Row, Outcome>(
  rows: readonly Row[],
  width: number,
  work: (row: Row) => Promise<Outcome>,
  onGroup: (group: { readonly rows: readonly Row[]; readonly outcomes: readonly Outcome[] }) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < rows.length; at += width) {
    const some = rows.slice(at, at + width);
    const settled = await Promise.allSettled(some.map(work));
    const outcomes = settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    await onGroup({ rows: some, outcomes });
  }
}
