import type { ExportProblemKind } from './verdict.ts';

export interface LeafDifference {
  readonly what: ExportProblemKind & `record_${string}`;
  /** Place among the listed leaves. */
  readonly at: number;
  /** Place among the found leaves. */
  readonly foundAt: number;
  readonly detail: string;
}

/**
 * What was done to records whose leaves should be `listed` and are `found`, told in one pass. The first difference is where they
 * part; those after it say how, as well as one pass can.
 */
export function compareLeaves(listed: readonly Buffer[], found: readonly Buffer[]): LeafDifference[] {
  const placesListed = placesOf(listed);
  const placesFound = placesOf(found);
  const differences: LeafDifference[] = [];
  let i = 0;
  let j = 0;
  const tell = (what: LeafDifference['what'], detail: string) =>
    differences.push({ what, at: Math.min(i, listed.length), foundAt: Math.min(j, found.length), detail });

  for (;;) {
    const expected = listed[i];
    const actual = found[j];
    if (expected === undefined && actual === undefined) return differences;
    const expectedAt = expected && placesFound.get(key(expected));
    const actualAt = actual && placesListed.get(key(actual));
    const expectedFollows = expectedAt !== undefined && expectedAt > j;
    const actualFollows = actualAt !== undefined && actualAt > i;
    if (expected !== undefined && actual?.equals(expected)) {
      i++;
      j++;
    } else if (expected === undefined || (actual !== undefined && actualAt === undefined && expectedFollows)) {
      if (actualAt === undefined) tell('record_added', 'A record stands here that the log does not have.');
      else tell('record_moved', movedBy(actualAt - i));
      j++;
    } else if (actual === undefined || (actualFollows && !expectedFollows)) {
      // One that was met before in another place is told of already.
      if (expectedAt === undefined) tell('record_missing', 'The record that the log has here is not there.');
      i++;
    } else if (actualAt === undefined) {
      tell('record_changed', 'The record is not the one that the log has here.');
      i++;
      j++;
    } else {
      tell('record_moved', movedBy(actualAt - i));
      if (actualFollows) i++;
      j++;
    }
  }
}

function movedBy(distance: number): string {
  return `The record that stands here belongs ${Math.abs(distance)} places ${distance > 0 ? 'on' : 'back'}.`;
}

function placesOf(leaves: readonly Buffer[]): Map<string, number> {
  return new Map(leaves.map((leaf, at) => [key(leaf), at]));
}

function key(leaf: Buffer): string {
  return leaf.toString('latin1');
}
